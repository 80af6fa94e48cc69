-- Units that came back in the record and not yet at the gate.
CREATE TABLE gate_credits (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL,
    sale_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    quantity INTEGER NOT NULL,
    epoch INTEGER NOT NULL
) STRICT;
