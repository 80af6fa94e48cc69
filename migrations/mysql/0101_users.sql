-- email as given; email_folded (ASCII lower case) is what is compared. Admins may have no phone
-- and no address; an address is whole or absent.
CREATE TABLE users (
    id BINARY(16) NOT NULL PRIMARY KEY,
    email VARCHAR(254) NOT NULL,
    email_folded VARCHAR(254) NOT NULL,
    password_hash VARCHAR(200) NOT NULL,
    name VARCHAR(100) NOT NULL,
    phone VARCHAR(20),
    role VARCHAR(20) NOT NULL,
    address_state VARCHAR(200),
    address_city VARCHAR(200),
    address_zipcode VARCHAR(20),
    address_street VARCHAR(200),
    created_at BIGINT NOT NULL,
    CONSTRAINT users_role CHECK (role IN ('user', 'admin')),
    CONSTRAINT users_address CHECK (
        (address_state IS NULL) = (address_city IS NULL)
        AND (address_state IS NULL) = (address_zipcode IS NULL)
        AND (address_state IS NULL) = (address_street IS NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
