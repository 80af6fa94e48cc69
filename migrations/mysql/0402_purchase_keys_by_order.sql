CREATE UNIQUE INDEX purchase_keys_by_order ON purchase_keys (order_id);
