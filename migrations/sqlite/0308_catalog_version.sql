-- One row: raised by every change of a product or a sale, so that every server sees that there was one.
CREATE TABLE catalog_version (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT;
