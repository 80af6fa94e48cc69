-- events: how many were appended to the outbox; key_kept: its purchase_keys row is not purged yet.
CREATE TABLE orders (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL,
    state TEXT NOT NULL,
    total INTEGER NOT NULL,
    line_count INTEGER NOT NULL,
    ship_state TEXT NOT NULL,
    ship_city TEXT NOT NULL,
    ship_zipcode TEXT NOT NULL,
    ship_street TEXT NOT NULL,
    placed_at INTEGER NOT NULL,
    events INTEGER NOT NULL,
    key_kept INTEGER NOT NULL DEFAULT 1,
    CONSTRAINT orders_state CHECK (state IN ('confirmed', 'cancelled'))
) STRICT, WITHOUT ROWID;
