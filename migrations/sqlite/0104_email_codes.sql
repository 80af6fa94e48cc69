-- One code an address and purpose. code_mac = HMAC of purpose, address and code.
CREATE TABLE email_codes (
    purpose TEXT NOT NULL,
    email_folded TEXT NOT NULL,
    code_mac BLOB NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (purpose, email_folded),
    CONSTRAINT email_codes_tries CHECK (0 <= tries AND tries <= 5)
) STRICT;
