-- One row a confirmed order; each state is entered at most once, so its history is a column each.
-- No `IN`, see orders.
CREATE TABLE deliveries (
    order_id BLOB NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    carrier TEXT,
    tracking TEXT,
    pending_at INTEGER NOT NULL,
    preparing_at INTEGER,
    shipped_at INTEGER,
    delivered_at INTEGER,
    cancelled_at INTEGER,
    CONSTRAINT deliveries_state CHECK (
        state = 'pending' OR state = 'preparing' OR state = 'shipped' OR state = 'delivered'
        OR state = 'cancelled')
) STRICT, WITHOUT ROWID;
