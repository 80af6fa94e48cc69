-- Mails that are to be sent; a row goes when its mail went. No text and no code is stored: a code
-- is computed from the nonce and the server's key key_id when the mail is made. due_at and
-- expires_at are the database's own time. attempts counts the leases and fences them.
CREATE TABLE mails (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    email TEXT NOT NULL,
    nonce BLOB NOT NULL,
    key_id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
