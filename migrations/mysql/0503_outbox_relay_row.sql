INSERT INTO outbox_relay (id, holder, epoch, lease_until, published) VALUES (1, NULL, 0, 0, 0);
