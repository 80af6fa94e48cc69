-- Mails that are to be sent; a row goes when its mail went. No text and no code is stored: a code
-- is computed from the nonce and the server's key key_id when the mail is made. due_at and
-- expires_at are the database's own time. attempts counts the leases and fences them.
CREATE TABLE mails (
    id BINARY(16) NOT NULL PRIMARY KEY,
    kind VARCHAR(30) NOT NULL,
    email VARCHAR(254) NOT NULL,
    nonce BINARY(16) NOT NULL,
    key_id VARCHAR(30) NOT NULL,
    due_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
