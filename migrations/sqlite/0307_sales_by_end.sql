CREATE INDEX sales_by_end ON sales (closed_at, ends_at);
