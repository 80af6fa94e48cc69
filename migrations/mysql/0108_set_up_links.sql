-- Each start without an admin offers a link of its own; the first one used deletes all.
CREATE TABLE set_up_links (
    token_hash BINARY(32) NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
