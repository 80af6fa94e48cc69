#pragma once
/// The embedded migrations: one DDL statement a file, journaled with checksums, restartable.
#include <market/db/database.hpp>

#include <string>
#include <vector>

namespace market::db {

struct migration_state {
    std::string name;  ///< "0001_users"
    bool applied = false;
};

/// Which migrations are applied. Errors: database_unavailable; internal with a detail that names
/// the migration when the journal holds one that this binary does not know ("the database is of a
/// newer version") or one whose checksum differs.
result<std::vector<migration_state>> migration_status(database& target);

/// Applies the missing migrations and returns their names. Of two callers (threads, processes or
/// hosts) one works and the other waits. After a crash the next call goes on where it stopped.
/// Errors: as above.
result<std::vector<std::string>> migrate(database& target);

}  // namespace market::db
