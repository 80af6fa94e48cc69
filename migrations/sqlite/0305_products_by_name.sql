CREATE INDEX products_by_name ON products (retired, name, id);
