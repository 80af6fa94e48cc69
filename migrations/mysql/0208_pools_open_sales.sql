CREATE INDEX pools_open_sales ON pools (closed, sale_id);
