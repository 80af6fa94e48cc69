CREATE INDEX deliveries_by_state ON deliveries (state, pending_at);
