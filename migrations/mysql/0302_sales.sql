-- quantity = what was allocated to its pool; closed_at: when it was closed for good.
-- opened: it was told that it began; events: how many were appended to the outbox.
CREATE TABLE sales (
    id BINARY(16) NOT NULL PRIMARY KEY,
    product_id BINARY(16) NOT NULL,
    title VARCHAR(200) NOT NULL,
    price BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    per_user_limit BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    paused TINYINT NOT NULL DEFAULT 0,
    closed_at BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    opened TINYINT NOT NULL DEFAULT 0,
    events BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    CONSTRAINT sales_ranges CHECK (0 <= price AND 1 <= quantity AND 1 <= per_user_limit AND starts_at < ends_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
