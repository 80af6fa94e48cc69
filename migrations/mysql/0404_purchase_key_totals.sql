-- One row: how many VOID keys there are, so that a lost one is noticed.
CREATE TABLE purchase_key_totals (
    id BIGINT NOT NULL PRIMARY KEY,
    voids BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
