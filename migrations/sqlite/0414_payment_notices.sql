-- What the provider reported, by its id; payment_state: the answer, for when it says so again.
CREATE TABLE payment_notices (
    id TEXT NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    payment_state TEXT NOT NULL,
    reported_at INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
