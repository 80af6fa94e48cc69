#include <market/db/migrator.hpp>

#include "engine.hpp"
#include "error_codes.hpp"
#include "migration_journal.hpp"

#include <market/base/log.hpp>

namespace market::db {
namespace {

using detail::column_kind;

/// How long a start waits for another one that is migrating. On a server an index may take long; an
/// SQLite file is more likely locked by something that will not end.
constexpr std::chrono::seconds server_wait_max{60};
constexpr std::chrono::seconds file_wait_max{20};
/// How long one statement may run.
constexpr std::chrono::minutes statement_max{60};

journal read_entries(session& open, dialect speaks) {
    static constexpr column_kind flag[] = {column_kind::integer};
    static constexpr column_kind kinds[] = {column_kind::text, column_kind::text,
                                            column_kind::integer};
    static constexpr bool never_null[] = {false, false, false};
    journal seen;
    if (open.select(find_journal(speaks).text(), flag, std::span{never_null}.first(1)).empty())
        return seen;
    for (auto& row : open.select(read_journal().text(), kinds, never_null)) {
        journal_entry entry{std::get<std::string>(std::move(row[1])),
                            std::get<std::int64_t>(row[2]) != 0};
        seen.emplace(std::get<std::string>(std::move(row[0])), std::move(entry));
    }
    return seen;
}

failure as_failure(const error& failed, std::string_view doing) {
    std::string detail{doing};
    detail.append(": ");
    if (failed.why() == cause::lock_timeout) detail.append("it is locked by another process; ");
    detail.append(failed.what());
    switch (failed.why()) {
        case cause::unavailable:
        case cause::connection_lost:
        case cause::lock_timeout:
        case cause::deadlock: return {errc::database_unavailable, std::move(detail)};
        default: return {errc::internal, std::move(detail)};
    }
}

/// SQLite: DDL is part of the transaction, so all is done or nothing. The write lock keeps others
/// out.
class sqlite_migration {
public:
    explicit sqlite_migration(session& open) : open_(open) {
        open_.begin(access::write);
        open_.execute(create_journal(dialect::sqlite).text());
    }
    void apply(const migration& step, const journal_entry*) {
        open_.execute(note_started(step, checksum_of(step, dialect::sqlite)).text());
        open_.execute(statement_of(step, dialect::sqlite));
        open_.execute(note_finished(step).text());
    }
    void finish() {
        if (open_.commit() != commit_outcome::committed) {
            throw error(cause::unavailable, "the migrations could not be committed");
        }
    }

private:
    session& open_;
};

/// MySQL: DDL commits by itself. The journal says what was started. After a crash between a
/// statement and its note the statement runs again, and may answer that it was done before.
class mysql_migration {
public:
    explicit mysql_migration(session& open) : open_(open) {
        static constexpr column_kind flag[] = {column_kind::integer};
        static constexpr bool nullable[] = {true};
        // Locks belong to the whole server, hence a name for each database. The session's end
        // frees it.
        const std::string take = "SELECT GET_LOCK(CONCAT('market.', MD5(DATABASE())), " +
                                 std::to_string(server_wait_max.count()) + ")";
        const auto answer = open_.select(take, flag, nullable);
        const auto* taken = std::get_if<std::int64_t>(&answer.at(0).at(0));
        if (!taken || *taken != 1)
            throw error(cause::unavailable, "another instance is still migrating");
        open_.execute(create_journal(dialect::mysql).text());
    }
    void apply(const migration& step, const journal_entry* started_before) {
        const auto checksum = checksum_of(step, dialect::mysql);
        open_.execute(
            (started_before ? note_restarted(step, checksum) : note_started(step, checksum))
                .text());
        // A statement that is not DDL is committed together with its note.
        open_.execute("START TRANSACTION");
        run(statement_of(step, dialect::mysql), started_before != nullptr);
        open_.execute(note_finished(step).text());
        open_.execute("COMMIT");
    }
    void finish() {}

private:
    void run(const std::string& statement, bool may_be_done) {
        try {
            open_.execute(statement);
        } catch (const driver_error& failed) {
            if (!may_be_done || !was_done_before_mysql(static_cast<unsigned>(failed.code()))) throw;
        }
    }

    session& open_;
};

template <class Migration>
result<std::vector<std::string>> apply_missing(session& open, dialect speaks) {
    std::vector<std::string> applied;
    std::string doing = "preparing the migrations";
    try {
        Migration running{open};
        const auto seen = read_entries(open, speaks);
        if (auto conflict = find_conflict(seen, speaks)) return *conflict;
        for (const auto& step : all_migrations()) {
            const auto entry = seen.find(step.name);
            if (entry != seen.end() && entry->second.finished) continue;
            doing = "applying the migration " + std::string{step.name};
            running.apply(step, entry == seen.end() ? nullptr : &entry->second);
            applied.emplace_back(step.name);
        }
        doing = "committing the migrations";
        running.finish();
    } catch (const error& failed) {
        return as_failure(failed, doing);
    }
    return applied;
}

/// Never pooled, so that its locks and its open transaction end with the session.
result<std::unique_ptr<session>> connect(const engine& target) {
    auto settings = target.settings();
    settings.statement_timeout = statement_max;
    if (target.dialect() == dialect::sqlite) settings.lock_timeout = file_wait_max;
    try {
        return target.connect(settings);
    } catch (const error& failed) {
        return as_failure(failed, "opening the database");
    }
}

}  // namespace

result<std::vector<migration_state>> migration_status(database& target) {
    auto open = connect(dynamic_cast<engine&>(target));
    if (!open) return open.error();
    try {
        const auto seen = read_entries(**open, target.dialect());
        if (auto conflict = find_conflict(seen, target.dialect())) return *conflict;
        std::vector<migration_state> out;
        for (const auto& step : all_migrations()) {
            const auto entry = seen.find(step.name);
            out.push_back({std::string{step.name}, entry != seen.end() && entry->second.finished});
        }
        return out;
    } catch (const error& failed) {
        return as_failure(failed, "reading the migrations");
    }
}

result<std::vector<std::string>> migrate(database& target) {
    auto open = connect(dynamic_cast<engine&>(target));
    if (!open) return open.error();
    auto applied = target.dialect() == dialect::sqlite
                       ? apply_missing<sqlite_migration>(**open, dialect::sqlite)
                       : apply_missing<mysql_migration>(**open, dialect::mysql);
    if (applied && !applied->empty()) {
        const auto count = static_cast<std::int64_t>(applied->size());
        log::info("db.migrated", {{"count", count}, {"last", applied->back()}});
    }
    return applied;
}

}  // namespace market::db
