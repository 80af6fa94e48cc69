-- One row a confirmed order; each state is entered at most once, so its history is a column each.
CREATE TABLE deliveries (
    order_id BINARY(16) NOT NULL PRIMARY KEY,
    state VARCHAR(20) NOT NULL,
    carrier VARCHAR(100),
    tracking VARCHAR(100),
    pending_at BIGINT NOT NULL,
    preparing_at BIGINT,
    shipped_at BIGINT,
    delivered_at BIGINT,
    cancelled_at BIGINT,
    CONSTRAINT deliveries_state CHECK (state IN ('pending', 'preparing', 'shipped', 'delivered', 'cancelled'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
