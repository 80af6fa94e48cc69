-- search_text: name and description, folded (src/catalog/folded_text.hpp).
CREATE TABLE products (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    category TEXT NOT NULL,
    price INTEGER NOT NULL,
    image_url TEXT,
    search_text TEXT NOT NULL,
    retired INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    CONSTRAINT products_price CHECK (0 <= price)
) STRICT;
