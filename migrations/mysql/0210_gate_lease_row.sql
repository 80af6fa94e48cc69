INSERT INTO gate_lease (id, holder, lease_until) VALUES (1, NULL, 0);
