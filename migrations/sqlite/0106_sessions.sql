-- A session is one family of refresh tokens. generation: of the tokens that are current;
-- rotated_at: when that generation began, which is the first use of its predecessor.
-- access_until: no access token of the session is valid for longer.
CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL,
    generation INTEGER NOT NULL,
    rotated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    access_until INTEGER NOT NULL,
    CONSTRAINT sessions_generation CHECK (generation >= 1)
) STRICT;
