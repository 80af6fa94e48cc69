-- What the provider reported, by its id; payment_state: the answer, for when it says so again.
CREATE TABLE payment_notices (
    id VARCHAR(200) NOT NULL PRIMARY KEY,
    order_id BINARY(16) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    payment_state VARCHAR(20) NOT NULL,
    reported_at BIGINT NOT NULL,
    at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
