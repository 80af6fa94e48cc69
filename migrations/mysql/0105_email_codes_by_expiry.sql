CREATE INDEX email_codes_by_expiry ON email_codes (expires_at);
