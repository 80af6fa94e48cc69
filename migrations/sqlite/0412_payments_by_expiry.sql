CREATE INDEX payments_by_expiry ON payments (awaited, expires_at);
