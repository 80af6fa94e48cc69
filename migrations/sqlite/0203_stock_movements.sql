-- Every change of a pool's total, append-only.
CREATE TABLE stock_movements (
    id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    pool_id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    sale_id BLOB,
    kind TEXT NOT NULL,
    delta INTEGER NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT stock_movements_kind CHECK (kind IN ('received', 'adjusted', 'allocated', 'returned')),
    CONSTRAINT stock_movements_delta CHECK (delta <> 0)
) STRICT;
