-- A countable quantity on sale: one general pool a product (sale_id NULL), one a sale.
-- id = the sale's or the product's id. total = sum of stock_movements, sold = units in live orders.
-- load_by, load_until: the server that loads its gate, and until when (database time, microseconds).
-- forced_at: when an operator's latest load began (the same time).
-- stock_level: 1 when it was told that no more than low_at are left, 2 that none is; back with the
-- units. events: how many were appended to the outbox.
CREATE TABLE pools (
    id BLOB NOT NULL PRIMARY KEY,
    product_id BLOB NOT NULL,
    sale_id BLOB,
    total INTEGER NOT NULL,
    sold INTEGER NOT NULL DEFAULT 0,
    gate_epoch INTEGER NOT NULL DEFAULT 1,
    closed INTEGER NOT NULL DEFAULT 0,
    load_by BLOB,
    load_until INTEGER NOT NULL DEFAULT 0,
    forced_at INTEGER NOT NULL DEFAULT 0,
    low_at INTEGER NOT NULL,
    stock_level INTEGER NOT NULL DEFAULT 0,
    events INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT pools_never_oversold CHECK (0 <= sold AND sold <= total)
) STRICT;
