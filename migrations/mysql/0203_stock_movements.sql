-- Every change of a pool's total, append-only.
CREATE TABLE stock_movements (
    id BINARY(16) NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    pool_id BINARY(16) NOT NULL,
    product_id BINARY(16) NOT NULL,
    sale_id BINARY(16),
    kind VARCHAR(10) NOT NULL,
    delta BIGINT NOT NULL,
    reason VARCHAR(500) NOT NULL,
    actor VARCHAR(36) NOT NULL,
    CONSTRAINT stock_movements_kind CHECK (kind IN ('received', 'adjusted', 'allocated', 'returned')),
    CONSTRAINT stock_movements_delta CHECK (delta <> 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
