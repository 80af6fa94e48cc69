CREATE INDEX pools_by_product ON pools (product_id);
