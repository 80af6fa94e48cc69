-- events: how many were appended to the outbox; rid: of its purchase_keys row; NULL when that is purged.
-- Not `state IN (...)`: SQLite would fill a table of its own with that list for each row it writes.
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
    CONSTRAINT orders_state CHECK (
        state = 'pending_payment' OR state = 'confirmed' OR state = 'preparing' OR state = 'shipped'
        OR state = 'delivered' OR state = 'return_requested' OR state = 'returned'
        OR state = 'cancelled' OR state = 'expired')
) STRICT, WITHOUT ROWID;
