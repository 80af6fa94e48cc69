CREATE TABLE products (
    id BINARY(16) NOT NULL PRIMARY KEY,
    name VARCHAR(200) NOT NULL,
    description MEDIUMTEXT NOT NULL,
    category VARCHAR(100) NOT NULL,
    price BIGINT NOT NULL,
    image_url VARCHAR(2000),
    retired TINYINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    CONSTRAINT products_price CHECK (0 <= price)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
