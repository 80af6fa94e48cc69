CREATE INDEX products_by_price ON products (retired, price, id);
