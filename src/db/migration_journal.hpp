#pragma once
// The table that lists the migrations that were applied to a database.
#include "migrations.hpp"

#include <market/db/migrator.hpp>
#include <market/db/sql.hpp>

#include <functional>

namespace market::db {

struct journal_entry {
    std::string checksum;  ///< hexadecimal SHA-256 of the file
    bool finished = false;
};
/// By name.
using journal = std::map<std::string, journal_entry, std::less<>>;

sql create_journal(dialect speaks);
/// Selects one integer when the journal's table is there.
sql find_journal(dialect speaks);
/// Selects name, checksum and whether it is finished (integer).
sql read_journal();
sql note_started(const migration& step, const std::string& checksum);
sql note_restarted(const migration& step, const std::string& checksum);
sql note_finished(const migration& step);

std::string checksum_of(const migration& step, dialect speaks);
/// The statement of `step`, without comments and the closing semicolon.
std::string statement_of(const migration& step, dialect speaks);

/// Refuses a database that this binary does not understand: one with a migration that the binary
/// does not know, or with a finished one of another checksum.
std::optional<failure> find_conflict(const journal& seen, dialect speaks);

}  // namespace market::db
