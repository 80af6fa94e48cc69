-- What happened to accounts, for whoever looks into it later. Never holds a secret or an address
-- of mail; kept for 90 days.
CREATE TABLE security_events (
    id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    user_id BLOB,
    client TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
