CREATE TABLE order_lines (
    order_id BINARY(16) NOT NULL,
    line_no BIGINT NOT NULL,
    product_id BINARY(16) NOT NULL,
    sale_id BINARY(16),
    product_name VARCHAR(200) NOT NULL,
    quantity BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    admission_seq BIGINT,
    PRIMARY KEY (order_id, line_no),
    CONSTRAINT order_lines_quantity CHECK (1 <= quantity),
    CONSTRAINT order_lines_admission CHECK ((sale_id IS NULL) = (admission_seq IS NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
