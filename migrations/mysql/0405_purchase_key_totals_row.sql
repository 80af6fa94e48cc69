INSERT INTO purchase_key_totals (id, voids) VALUES (1, 0);
