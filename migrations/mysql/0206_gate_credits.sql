-- Units that came back in the record and not yet at the gate.
CREATE TABLE gate_credits (
    id BINARY(16) NOT NULL PRIMARY KEY,
    order_id BINARY(16) NOT NULL,
    sale_id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    quantity BIGINT NOT NULL,
    epoch BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
