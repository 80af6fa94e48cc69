-- quantity = what was allocated to its pool; closed_at: when it was closed for good.
-- opened: it was told that it began; events: how many were appended to the outbox.
CREATE TABLE sales (
    id BLOB NOT NULL PRIMARY KEY,
    product_id BLOB NOT NULL,
    title TEXT NOT NULL,
    price INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    per_user_limit INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0,
    closed_at INTEGER,
    version INTEGER NOT NULL DEFAULT 1,
    opened INTEGER NOT NULL DEFAULT 0,
    events INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    CONSTRAINT sales_ranges CHECK (0 <= price AND 1 <= quantity AND 1 <= per_user_limit AND starts_at < ends_at)
) STRICT;
