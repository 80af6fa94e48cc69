-- A session is one family of refresh tokens. generation: of the tokens that are current;
-- rotated_at: when that generation began, which is the first use of its predecessor.
-- access_until: no access token of the session is valid for longer.
CREATE TABLE sessions (
    id BINARY(16) NOT NULL PRIMARY KEY,
    user_id BINARY(16) NOT NULL,
    generation BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    access_until BIGINT NOT NULL,
    CONSTRAINT sessions_generation CHECK (generation >= 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
