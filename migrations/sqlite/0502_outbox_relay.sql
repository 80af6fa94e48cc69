-- One row: who publishes (a lease on database time, fenced by epoch) and how many were published.
CREATE TABLE outbox_relay (
    id INTEGER NOT NULL PRIMARY KEY,
    holder BLOB,
    epoch INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    published INTEGER NOT NULL
) STRICT;
