-- What happened to accounts, for whoever looks into it later. Never holds a secret or an address
-- of mail; kept for 90 days.
CREATE TABLE security_events (
    id BINARY(16) NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    kind VARCHAR(30) NOT NULL,
    user_id BINARY(16),
    client VARCHAR(64) NOT NULL,
    detail VARCHAR(200) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
