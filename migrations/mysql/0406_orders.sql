-- events: how many were appended to the outbox; rid: of its purchase_keys row; NULL when that is purged.
CREATE TABLE orders (
    id BINARY(16) NOT NULL PRIMARY KEY,
    user_id BINARY(16) NOT NULL,
    state VARCHAR(20) NOT NULL,
    total BIGINT NOT NULL,
    line_count BIGINT NOT NULL,
    ship_state VARCHAR(200) NOT NULL,
    ship_city VARCHAR(200) NOT NULL,
    ship_zipcode VARCHAR(20) NOT NULL,
    ship_street VARCHAR(200) NOT NULL,
    placed_at BIGINT NOT NULL,
    events BIGINT NOT NULL,
    rid BINARY(16),
    CONSTRAINT orders_state CHECK (state IN ('pending_payment', 'confirmed', 'preparing', 'shipped', 'delivered', 'return_requested', 'returned', 'cancelled', 'expired'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
