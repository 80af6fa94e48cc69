-- Events on their way; a row leaves when its delivery is acknowledged. parked: refused for itself.
CREATE TABLE outbox (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    ce_id BINARY(16) NOT NULL,
    topic VARCHAR(100) NOT NULL,
    type VARCHAR(100) NOT NULL,
    subject VARCHAR(36) NOT NULL,
    at BIGINT NOT NULL,
    data MEDIUMTEXT NOT NULL,
    traceparent VARCHAR(55) NOT NULL,
    parked TINYINT NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
