-- events: how many were appended to the outbox; rid: of its purchase_keys row; NULL when that is purged.
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
    rid BLOB,
    CONSTRAINT orders_state CHECK (state IN ('pending_payment', 'confirmed', 'preparing', 'shipped', 'delivered', 'return_requested', 'returned', 'cancelled', 'expired'))
) STRICT, WITHOUT ROWID;
