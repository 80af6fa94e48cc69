-- email as given; email_folded (ASCII lower case) is what is compared. Admins may have no phone
-- and no address; an address is whole or absent.
CREATE TABLE users (
    id BLOB NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_folded TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT,
    role TEXT NOT NULL,
    address_state TEXT,
    address_city TEXT,
    address_zipcode TEXT,
    address_street TEXT,
    created_at INTEGER NOT NULL,
    CONSTRAINT users_role CHECK (role IN ('user', 'admin')),
    CONSTRAINT users_address CHECK (
        (address_state IS NULL) = (address_city IS NULL)
        AND (address_state IS NULL) = (address_zipcode IS NULL)
        AND (address_state IS NULL) = (address_street IS NULL))
) STRICT;
