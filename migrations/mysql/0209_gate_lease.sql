-- One row: the server whose own memory is the gate, and until when (database time, microseconds).
CREATE TABLE gate_lease (
    id INT NOT NULL PRIMARY KEY,
    holder BINARY(16),
    lease_until BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
