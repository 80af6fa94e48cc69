-- One row a purchase wish. order_id NULL: VOID, given up by the sweeper of sale_id.
-- reply: the bytes of the 201, for the replay.
CREATE TABLE purchase_keys (
    rid BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL,
    fingerprint BLOB NOT NULL,
    order_id BLOB,
    sale_id BLOB,
    reply TEXT,
    at INTEGER NOT NULL,
    CONSTRAINT purchase_keys_void CHECK ((order_id IS NULL) = (reply IS NULL) AND (order_id IS NULL) = (sale_id IS NOT NULL))
) STRICT;
