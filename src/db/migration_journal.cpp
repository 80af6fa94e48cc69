#include "migration_journal.hpp"

#include <market/base/crypto.hpp>

namespace market::db {
namespace {

std::string_view text_of(const migration& step, dialect speaks) {
    return speaks == dialect::sqlite ? step.sqlite : step.mysql;
}

failure conflict(std::string detail) { return {errc::internal, std::move(detail)}; }

bool is_comment(std::string_view line) {
    const auto start = line.find_first_not_of(" \t");
    return start != std::string_view::npos && line.substr(start).starts_with("--");
}

}  // namespace

sql create_journal(dialect speaks) {
    sql text;
    if (speaks == dialect::sqlite) {
        return text
               << "CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT NOT NULL PRIMARY KEY, "
                  "checksum TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER) "
                  "STRICT";
    }
    return text << "CREATE TABLE IF NOT EXISTS schema_migrations (name VARCHAR(100) NOT NULL "
                   "PRIMARY KEY, "
                   "checksum CHAR(64) NOT NULL, started_at BIGINT NOT NULL, finished_at BIGINT) "
                   "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";
}

sql find_journal(dialect speaks) {
    sql text;
    if (speaks == dialect::sqlite) {
        return text
               << "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'";
    }
    return text << "SELECT 1 FROM information_schema.tables "
                   "WHERE table_schema = DATABASE() AND table_name = 'schema_migrations'";
}

sql read_journal() {
    return sql{} << "SELECT name, checksum, finished_at IS NOT NULL FROM schema_migrations";
}

sql note_started(const migration& step, const std::string& checksum) {
    return sql{}
           << "INSERT INTO schema_migrations (name, checksum, started_at, finished_at) VALUES ("
           << step.name << ", " << checksum << ", " << system_clock().now() << ", NULL)";
}

sql note_restarted(const migration& step, const std::string& checksum) {
    return sql{} << "UPDATE schema_migrations SET checksum = " << checksum
                 << " WHERE name = " << step.name;
}

sql note_finished(const migration& step) {
    return sql{} << "UPDATE schema_migrations SET finished_at = " << system_clock().now()
                 << " WHERE name = " << step.name;
}

std::string checksum_of(const migration& step, dialect speaks) {
    return to_hex(sha256(text_of(step, speaks)));
}

std::string statement_of(const migration& step, dialect speaks) {
    std::string out;
    auto rest = text_of(step, speaks);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size() - 1) + 1;
        if (!is_comment(rest.substr(0, end))) out.append(rest.substr(0, end));
        rest.remove_prefix(end);
    }
    out.erase(out.find_last_not_of("; \t\r\n") + 1);
    return out;
}

std::optional<failure> find_conflict(const journal& seen, dialect speaks) {
    std::map<std::string_view, const migration*> known;
    for (const auto& step : all_migrations()) known.emplace(step.name, &step);
    for (const auto& [name, entry] : seen) {
        const auto found = known.find(name);
        if (found == known.end()) {
            return conflict("the database is of a newer version (it has the migration " + name +
                            ")");
        }
        if (entry.finished && entry.checksum != checksum_of(*found->second, speaks)) {
            return conflict("the migration " + name +
                            " of the database differs from the one of this version");
        }
    }
    return std::nullopt;
}

}  // namespace market::db
