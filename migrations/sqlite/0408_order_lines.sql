CREATE TABLE order_lines (
    order_id BLOB NOT NULL,
    line_no INTEGER NOT NULL,
    product_id BLOB NOT NULL,
    sale_id BLOB,
    product_name TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    unit_price INTEGER NOT NULL,
    admission_seq INTEGER,
    PRIMARY KEY (order_id, line_no),
    CONSTRAINT order_lines_quantity CHECK (1 <= quantity),
    CONSTRAINT order_lines_admission CHECK ((sale_id IS NULL) = (admission_seq IS NULL))
) STRICT, WITHOUT ROWID;
