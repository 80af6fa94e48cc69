CREATE INDEX sales_by_product ON sales (product_id, id);
