-- One row: raised by every change of a product or a sale, so that every server sees that there was one.
CREATE TABLE catalog_version (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
