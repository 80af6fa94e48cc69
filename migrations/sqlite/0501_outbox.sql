-- Events on their way; a row leaves when its delivery is acknowledged. parked: refused for itself.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ce_id BLOB NOT NULL,
    topic TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL,
    data TEXT NOT NULL,
    traceparent TEXT NOT NULL,
    parked INTEGER NOT NULL DEFAULT 0
) STRICT;
