-- One code an address and purpose. code_mac = HMAC of purpose, address and code.
CREATE TABLE email_codes (
    purpose VARCHAR(20) NOT NULL,
    email_folded VARCHAR(254) NOT NULL,
    code_mac BINARY(32) NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (purpose, email_folded),
    CONSTRAINT email_codes_tries CHECK (0 <= tries AND tries <= 5)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
