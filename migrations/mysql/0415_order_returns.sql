-- One row an order whose return was requested.
CREATE TABLE order_returns (
    order_id BINARY(16) NOT NULL PRIMARY KEY,
    reason VARCHAR(500) NOT NULL,
    requested_at BIGINT NOT NULL,
    accepted_at BIGINT,
    accepted_by BINARY(16),
    CONSTRAINT order_returns_accepted CHECK ((accepted_at IS NULL) = (accepted_by IS NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
