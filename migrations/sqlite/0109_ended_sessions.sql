-- Sessions that ended while an access token of theirs may still be valid: the list that every
-- server keeps in memory.
CREATE TABLE ended_sessions (
    session_id BLOB NOT NULL PRIMARY KEY,
    keep_until INTEGER NOT NULL
) STRICT;
