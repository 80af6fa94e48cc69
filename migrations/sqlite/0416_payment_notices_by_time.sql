CREATE INDEX payment_notices_by_time ON payment_notices (at);
