-- One row: how many VOID keys there are, so that a lost one is noticed.
CREATE TABLE purchase_key_totals (
    id INTEGER NOT NULL PRIMARY KEY,
    voids INTEGER NOT NULL
) STRICT;
