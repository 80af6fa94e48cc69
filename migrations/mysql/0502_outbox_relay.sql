-- One row: who publishes (a lease on database time, fenced by epoch) and how many were published.
CREATE TABLE outbox_relay (
    id BIGINT NOT NULL PRIMARY KEY,
    holder BINARY(16),
    epoch BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    published BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
