-- One row an order that had to be paid. awaited: it still has to be, until expires_at.
-- token: SHA-256 of what it was last tried with. owed: what the provider has yet to be told.
CREATE TABLE payments (
    order_id BINARY(16) NOT NULL PRIMARY KEY,
    id BINARY(16) NOT NULL,
    state VARCHAR(20) NOT NULL,
    amount BIGINT NOT NULL,
    method VARCHAR(20) NOT NULL,
    at BIGINT NOT NULL,
    awaited TINYINT NOT NULL,
    expires_at BIGINT NOT NULL,
    token BINARY(32),
    refund_reason VARCHAR(40),
    owed VARCHAR(20),
    CONSTRAINT payments_state CHECK (state IN ('pending', 'captured', 'declined', 'refunded')),
    CONSTRAINT payments_awaited CHECK (awaited = 0 OR state IN ('pending', 'declined')),
    CONSTRAINT payments_refund CHECK ((state = 'refunded') = (refund_reason IS NOT NULL)),
    CONSTRAINT payments_owed CHECK (owed IS NULL OR (owed = 'capture' AND state = 'captured') OR (owed = 'refund' AND state = 'refunded'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
