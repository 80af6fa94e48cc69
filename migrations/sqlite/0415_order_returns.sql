-- One row an order whose return was requested.
CREATE TABLE order_returns (
    order_id BLOB NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    accepted_at INTEGER,
    accepted_by BLOB,
    CONSTRAINT order_returns_accepted CHECK ((accepted_at IS NULL) = (accepted_by IS NULL))
) STRICT, WITHOUT ROWID;
