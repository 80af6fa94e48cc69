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

/// Where the database stands. Errors: database_unavailable; internal with a detail that names the
/// migration when the journal holds one that this binary does not know ("the database is of a newer
/// version") or one whose checksum differs.
result<std::vector<migration_state>> migration_status(database& target);

/// Applies what is missing; returns the names applied. Guarded: of two callers (threads, processes
/// or hosts) one works and the other waits. A crash in the middle is carried on by the next call.
/// Errors: as above.
result<std::vector<std::string>> migrate(database& target);

}  // namespace market::db
