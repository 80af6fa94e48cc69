CREATE INDEX payments_by_debt ON payments (owed, order_id);
