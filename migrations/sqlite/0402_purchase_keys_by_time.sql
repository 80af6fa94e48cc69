CREATE INDEX purchase_keys_by_time ON purchase_keys (at, rid);
