-- Events on their way; a row leaves when its delivery is acknowledged. parked: refused for itself.
-- An id may come again once its row is gone, but is always above those of the rows that wait.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    ce_id BLOB NOT NULL,
    topic TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL,
    data TEXT NOT NULL,
    traceparent TEXT NOT NULL,
    parked INTEGER NOT NULL DEFAULT 0
) STRICT;
