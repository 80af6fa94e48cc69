-- Units of a buyer in live orders of a sale; the row stays when it falls to 0.
CREATE TABLE sale_buyers (
    sale_id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    quantity BIGINT NOT NULL,
    quantity_max BIGINT NOT NULL,
    PRIMARY KEY (sale_id, user_id),
    CONSTRAINT sale_buyers_limit CHECK (0 <= quantity AND quantity <= quantity_max)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
