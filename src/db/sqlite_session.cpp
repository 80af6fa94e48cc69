#include "sqlite_session.hpp"

#include "error_codes.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <filesystem>
#include <thread>

namespace market::db {
namespace {

using sqlite_api::sqlite3_stmt;

/// A prepared statement that is finalized whatever happens.
class statement {
public:
    statement(soci::sqlite3_session_backend& session, const std::string& text)
        : backend_(session.make_statement_backend()) {
        // Left uninitialized by SOCI unless a soci::statement stands around it.
        backend_->hasVectorIntoElements_ = false;
        backend_->prepare(text, soci::details::st_one_time_query);
    }
    ~statement() { backend_->clean_up(); }
    statement(const statement&) = delete;
    statement& operator=(const statement&) = delete;

    sqlite3_stmt* handle() { return backend_->stmt_; }
    bool first_row() {
        return backend_->execute(1) == soci::details::statement_backend::ef_success;
    }
    bool next_row() { return backend_->fetch(1) == soci::details::statement_backend::ef_success; }

private:
    std::unique_ptr<soci::sqlite3_statement_backend> backend_;
};

// SOCI cuts a text or blob at its first NUL; the driver knows the length.
detail::cell read_cell(sqlite3_stmt* row, int at, detail::column_kind kind, bool nullable) {
    const auto position = static_cast<std::size_t>(at);
    const int type = sqlite_api::sqlite3_column_type(row, at);
    if (type == SQLITE_NULL) {
        if (!nullable) throw_null(position);
        return std::monostate{};
    }
    if (kind == detail::column_kind::integer) {
        if (type != SQLITE_INTEGER) throw_not_integer(position);
        return std::int64_t{sqlite_api::sqlite3_column_int64(row, at)};
    }
    const auto* bytes = static_cast<const char*>(sqlite_api::sqlite3_column_blob(row, at));
    const auto size = static_cast<std::size_t>(sqlite_api::sqlite3_column_bytes(row, at));
    return size == 0 ? std::string{} : std::string{bytes, size};
}

result_row read_row(sqlite3_stmt* from, std::span<const detail::column_kind> kinds,
                    std::span<const bool> nullable) {
    result_row row;
    row.reserve(kinds.size());
    for (std::size_t at = 0; at < kinds.size(); ++at)
        row.push_back(read_cell(from, static_cast<int>(at), kinds[at], nullable[at]));
    return row;
}

void expect_columns(sqlite3_stmt* of, std::size_t expected) {
    const auto found = static_cast<std::size_t>(sqlite_api::sqlite3_column_count(of));
    if (found != expected) throw_wrong_columns(expected, found);
}

/// Binds a value that lives until the statement was stepped.
void bind_cell(sqlite3_stmt* to, int at, const new_rows::cell& value) {
    const auto size = [](const auto& of) { return static_cast<int>(of.size()); };
    if (const auto* number = std::get_if<std::int64_t>(&value))
        sqlite_api::sqlite3_bind_int64(to, at, *number);
    else if (const auto* text = std::get_if<std::string_view>(&value))
        sqlite_api::sqlite3_bind_text(to, at, text->data(), size(*text), nullptr);
    else if (const auto* bytes = std::get_if<std::span<const std::byte>>(&value))
        sqlite_api::sqlite3_bind_blob(to, at, bytes->data(), size(*bytes), nullptr);
    else if (const auto* id = std::get_if<std::array<std::byte, 16>>(&value))
        sqlite_api::sqlite3_bind_blob(to, at, id->data(), size(*id), nullptr);
    else
        sqlite_api::sqlite3_bind_null(to, at);
}

// The bound value must outlive the statement.
void bind_cell(sqlite3_stmt* to, int at, new_rows::cell&& value) = delete;

/// Why the file cannot be opened, in plain words.
std::string explain_open(const std::string& path, int code) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    const auto folder = fs::path{path}.parent_path();
    if (!fs::is_directory(folder, ignored)) return "the folder of " + path + " does not exist";
    if (fs::is_directory(path, ignored)) return path + " is a folder";
    switch (code & 0xFF) {
        case SQLITE_NOTADB: return path + " is not an SQLite database";
        case SQLITE_CORRUPT: return path + " is damaged";
        case SQLITE_READONLY: return path + " may not be written";
        case SQLITE_BUSY: return path + " is locked by another process";
        case SQLITE_FULL: return "no space left for " + path;
        default: return path + " cannot be opened";
    }
}

/// To be called before the library's first use. One thread at a time uses a session, so no call
/// needs SQLite's own lock. Nobody reads its count of allocated bytes, which costs one lock for the
/// whole process.
const soci::backend_factory& one_thread_a_session(const soci::backend_factory& backend) {
    static const int configured = sqlite_api::sqlite3_config(SQLITE_CONFIG_MULTITHREAD) |
                                  sqlite_api::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(configured);  // an earlier user of the library only makes it slower
    return backend;
}

class sqlite_session final : public session {
public:
    sqlite_session(const std::string& path, const options& settings)
        : session_(one_thread_a_session(soci::sqlite3), "db=\"" + path + "\""),
          backend_(static_cast<soci::sqlite3_session_backend&>(*session_.get_backend())) {
        sqlite_api::sqlite3_extended_result_codes(backend_.conn_, 1);
        sqlite_api::sqlite3_busy_timeout(backend_.conn_,
                                         static_cast<int>(settings.lock_timeout.count()));
        enter_wal_mode(settings.lock_timeout);
        run("PRAGMA synchronous = FULL");
        run("PRAGMA foreign_keys = ON");
        // Statements of many rows keep an undo journal. In a file it would cost a write for each
        // page.
        run("PRAGMA temp_store = MEMORY");
        // Debian's library overwrites each page that becomes free with zeros, and so writes it to
        // the log once more.
        run("PRAGMA secure_delete = FAST");
        run("PRAGMA cache_size = -32768");  // KiB; the default of 2 MiB is smaller than the indexes
        // A page that many commits change goes into the file once at each checkpoint: fewer
        // checkpoints write less. After a crash 64 MiB of log are read within a second.
        run("PRAGMA wal_autocheckpoint = 16384");
        // A long snapshot lets the log grow; afterwards it shrinks to this size again.
        run("PRAGMA journal_size_limit = 67108864");
    }

    void begin(access mode) override {
        writing_ = mode == access::write;
        // A deferred BEGIN that later wants to write fails at once, whatever the timeout.
        execute_any(writing_ ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED");
    }

    std::int64_t execute(const std::string& text) override {
        return guarded([&]() -> std::int64_t {
            statement running{backend_, text};
            refuse_write_in_read(running);
            for (bool more = running.first_row(); more; more = running.next_row()) {
            }
            return sqlite_api::sqlite3_changes(backend_.conn_);
        });
    }

    void insert(const new_rows& rows) override {
        guarded([&] {
            statement running{backend_, rows.for_one_row()};
            refuse_write_in_read(running);
            for (std::size_t number = 0; number < rows.size(); ++number)
                insert_row(running.handle(), rows.row(number));
        });
    }

    std::vector<result_row> select(const std::string& text,
                                   std::span<const detail::column_kind> kinds,
                                   std::span<const bool> nullable) override {
        return guarded([&] {
            statement running{backend_, text};
            refuse_write_in_read(running);
            expect_columns(running.handle(), kinds.size());
            std::vector<result_row> rows;
            for (bool more = running.first_row(); more; more = running.next_row())
                rows.push_back(read_row(running.handle(), kinds, nullable));
            return rows;
        });
    }

    std::vector<result_row> select_by(raw text, std::span<const std::array<std::byte, 16>> keys,
                                      std::span<const detail::column_kind> kinds,
                                      std::span<const bool> nullable) override {
        return guarded([&] {
            statement running{backend_, std::string{text.text()} + " = ?"};
            refuse_write_in_read(running);
            expect_columns(running.handle(), kinds.size());
            std::vector<result_row> rows;
            for (const auto& key : keys) {
                sqlite_api::sqlite3_bind_blob(running.handle(), 1, key.data(),
                                              static_cast<int>(key.size()), nullptr);
                int code = SQLITE_ROW;
                while ((code = sqlite_api::sqlite3_step(running.handle())) == SQLITE_ROW)
                    rows.push_back(read_row(running.handle(), kinds, nullable));
                sqlite_api::sqlite3_reset(running.handle());
                if (code != SQLITE_DONE) throw soci::sqlite3_soci_error("a select failed", code);
            }
            return rows;
        });
    }

    commit_outcome commit() noexcept override {
        try {
            execute_any("COMMIT");
            return commit_outcome::committed;
        } catch (const error& failed) {
            // The commit record may have reached the file before the sync failed. A crash before
            // the next write would then bring it back: until then the outcome is unknown.
            if (failed.why() == cause::connection_lost) return commit_outcome::unknown;
        } catch (...) {
            usable_ = false;
            return commit_outcome::unknown;
        }
        // It failed before its commit record was written: still open, or rolled back.
        rollback();
        return commit_outcome::rolled_back;
    }

    void rollback() noexcept override {
        try {
            if (is_open()) execute_any("ROLLBACK");
        } catch (...) {
            usable_ = false;
        }
        if (is_open()) usable_ = false;
    }

    bool usable() const noexcept override { return usable_; }

private:
    /// Translates what SOCI throws, in one place.
    template <class Work>
    auto guarded(Work work) -> decltype(work()) {
        try {
            return work();
        } catch (const soci::sqlite3_soci_error& failed) {
            const int code = failed.result();
            const auto why = cause_of_sqlite(code);
            if (why == cause::connection_lost) usable_ = false;
            throw driver_error(why, code);
        } catch (const soci::soci_error&) {
            usable_ = false;
            throw driver_error(cause::other, SQLITE_ERROR);
        }
    }

    void refuse_write_in_read(statement& running) const {
        if (writing_ || sqlite_api::sqlite3_stmt_readonly(running.handle())) return;
        throw driver_error(cause::read_only, SQLITE_READONLY);
    }

    static void insert_row(sqlite3_stmt* into, std::span<const new_rows::cell> row) {
        int at = 0;
        for (const auto& value : row) bind_cell(into, ++at, value);
        const int code = sqlite_api::sqlite3_step(into);
        sqlite_api::sqlite3_reset(into);
        if (code != SQLITE_DONE) throw soci::sqlite3_soci_error("an insert failed", code);
    }

    void execute_any(const char* text) {
        guarded([&] {
            statement running{backend_, text};
            running.first_row();
        });
    }

    void run(const char* pragma) {
        statement running{backend_, pragma};
        running.first_row();
    }

    /// A change of the mode needs the file for itself, and SQLite does not wait for that: when
    /// several processes open a new file together, all but one are told at once that it is busy.
    void enter_wal_mode(std::chrono::milliseconds wait_max) {
        const auto until = std::chrono::steady_clock::now() + wait_max;
        while (!try_wal_mode(std::chrono::steady_clock::now() >= until)) {
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
    }

    /// False when the file is busy, and this is not the last try.
    bool try_wal_mode(bool last_try) {
        try {
            statement running{backend_, "PRAGMA journal_mode = WAL"};
            running.first_row();  // it always answers with the mode that now holds
            const auto mode = read_cell(running.handle(), 0, detail::column_kind::text, false);
            if (std::get<std::string>(mode) == "wal") return true;
        } catch (const soci::sqlite3_soci_error& failed) {
            if (last_try || (failed.result() & 0xFF) != SQLITE_BUSY) throw;
            return false;
        }
        throw driver_error(cause::refused, SQLITE_ERROR,
                           "the file system does not support WAL mode");
    }

    bool is_open() const noexcept {
        return sqlite_api::sqlite3_get_autocommit(backend_.conn_) == 0;
    }

    soci::session session_;
    soci::sqlite3_session_backend& backend_;
    bool usable_ = true;
    bool writing_ = true;  // outside of a transaction: pragmas
};

}  // namespace

std::unique_ptr<session> open_sqlite(const std::string& path, const options& settings) {
    try {
        return std::make_unique<sqlite_session>(path, settings);
    } catch (const soci::sqlite3_soci_error& failed) {
        auto why = cause_of_sqlite(failed.result());
        if (why == cause::lock_timeout || why == cause::connection_lost) why = cause::unavailable;
        throw driver_error(why, failed.result(), explain_open(path, failed.result()));
    } catch (const soci::soci_error&) {
        throw driver_error(cause::refused, SQLITE_ERROR, explain_open(path, SQLITE_ERROR));
    }
}

}  // namespace market::db
