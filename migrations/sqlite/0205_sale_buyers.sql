-- Units of a buyer in live orders of a sale; the row stays when it falls to 0.
CREATE TABLE sale_buyers (
    sale_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    quantity INTEGER NOT NULL,
    quantity_max INTEGER NOT NULL,
    PRIMARY KEY (sale_id, user_id),
    CONSTRAINT sale_buyers_limit CHECK (0 <= quantity AND quantity <= quantity_max)
) STRICT, WITHOUT ROWID;
