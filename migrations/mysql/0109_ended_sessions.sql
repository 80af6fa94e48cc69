-- Sessions that ended while an access token of theirs may still be valid: the list that every
-- server keeps in memory.
CREATE TABLE ended_sessions (
    session_id BINARY(16) NOT NULL PRIMARY KEY,
    keep_until BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
