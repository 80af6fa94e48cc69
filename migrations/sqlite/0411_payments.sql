-- One row an order that had to be paid. awaited: it still has to be, until expires_at.
-- token: SHA-256 of what it was last tried with. owed: what the provider has yet to be told.
-- No `IN`, see orders.
CREATE TABLE payments (
    order_id BLOB NOT NULL PRIMARY KEY,
    id BLOB NOT NULL,
    state TEXT NOT NULL,
    amount INTEGER NOT NULL,
    method TEXT NOT NULL,
    at INTEGER NOT NULL,
    awaited INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    token BLOB,
    refund_reason TEXT,
    owed TEXT,
    CONSTRAINT payments_state CHECK (
        state = 'pending' OR state = 'captured' OR state = 'declined' OR state = 'refunded'),
    CONSTRAINT payments_awaited CHECK (awaited = 0 OR state = 'pending' OR state = 'declined'),
    CONSTRAINT payments_refund CHECK ((state = 'refunded') = (refund_reason IS NOT NULL)),
    CONSTRAINT payments_owed CHECK (owed IS NULL OR (owed = 'capture' AND state = 'captured') OR (owed = 'refund' AND state = 'refunded'))
) STRICT, WITHOUT ROWID;
