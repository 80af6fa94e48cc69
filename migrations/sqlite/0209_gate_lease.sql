-- One row: the server whose own memory is the gate, and until when (database time, microseconds).
CREATE TABLE gate_lease (
    id INTEGER NOT NULL PRIMARY KEY,
    holder BLOB,
    lease_until INTEGER NOT NULL
) STRICT;
