-- Each start without an admin offers a link of its own; the first one used deletes all.
CREATE TABLE set_up_links (
    token_hash BLOB NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;
