-- One row a purchase wish. order_id NULL: VOID, given up by the sweeper of sale_id.
-- reply: the bytes of the 201, for the replay.
CREATE TABLE purchase_keys (
    rid BINARY(16) NOT NULL PRIMARY KEY,
    user_id BINARY(16) NOT NULL,
    fingerprint BINARY(32) NOT NULL,
    order_id BINARY(16),
    sale_id BINARY(16),
    reply MEDIUMTEXT,
    at BIGINT NOT NULL,
    CONSTRAINT purchase_keys_void CHECK ((order_id IS NULL) = (reply IS NULL) AND (order_id IS NULL) = (sale_id IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
