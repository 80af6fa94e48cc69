-- search_text: name and description, folded (src/catalog/folded_text.hpp). Name and category are
-- UTF-8 bytes, for a text collation ignores the spaces at the end when it compares.
CREATE TABLE products (
    id BINARY(16) NOT NULL PRIMARY KEY,
    name VARBINARY(800) NOT NULL,
    description MEDIUMTEXT NOT NULL,
    category VARBINARY(400) NOT NULL,
    price BIGINT NOT NULL,
    image_url VARCHAR(2000),
    search_text MEDIUMTEXT NOT NULL,
    retired TINYINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    CONSTRAINT products_price CHECK (0 <= price)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
