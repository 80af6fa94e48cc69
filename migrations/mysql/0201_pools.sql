-- A countable quantity on sale: one general pool a product (sale_id NULL), one a sale.
-- id = the sale's or the product's id. total = sum of stock_movements, sold = units in live orders.
-- load_by, load_until: the server that loads its gate, and until when (database time, microseconds).
-- forced_at: when an operator's latest load began (the same time).
-- stock_level: 1 when it was told that no more than low_at are left, 2 that none is; back with the
-- units. events: how many were appended to the outbox.
CREATE TABLE pools (
    id BINARY(16) NOT NULL PRIMARY KEY,
    product_id BINARY(16) NOT NULL,
    sale_id BINARY(16),
    total BIGINT NOT NULL,
    sold BIGINT NOT NULL DEFAULT 0,
    gate_epoch BIGINT NOT NULL DEFAULT 1,
    closed TINYINT NOT NULL DEFAULT 0,
    load_by BINARY(16),
    load_until BIGINT NOT NULL DEFAULT 0,
    forced_at BIGINT NOT NULL DEFAULT 0,
    low_at BIGINT NOT NULL,
    stock_level TINYINT NOT NULL DEFAULT 0,
    events BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT pools_never_oversold CHECK (0 <= sold AND sold <= total)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
