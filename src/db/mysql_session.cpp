#include "mysql_session.hpp"

#include "error_codes.hpp"
#include "loopback_certificate.hpp"

#include <errmsg.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace market::db {
namespace {

/// One statement carries up to this much text; MariaDB's packets end at 16 MiB.
constexpr std::size_t statement_bytes_max = 4 * 1024 * 1024;

/// A statement whose result is freed whatever happens.
class statement {
public:
    statement(soci::mysql_session_backend& session, const std::string& text)
        : backend_(session.make_statement_backend()) {
        // Not through prepare(): its parser takes a backslash for an escape, which our literals do
        // not have. It then loses its place and takes a colon in a literal for a parameter.
        backend_->queryChunks_.assign(1, text);
        backend_->hasIntoElements_ = false;
        backend_->execute(0);
    }
    ~statement() { backend_->clean_up(); }
    statement(const statement&) = delete;
    statement& operator=(const statement&) = delete;

    MYSQL_RES* result() { return backend_->result_; }
    std::int64_t affected_rows() { return backend_->get_affected_rows(); }

private:
    std::unique_ptr<soci::mysql_statement_backend> backend_;
};

// SUM() is a DECIMAL here: its text is read, so that no number passes through a double.
std::int64_t read_integer(std::string_view text, std::size_t at) {
    std::int64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, value);
    if (failed != std::errc{} || stopped != end) throw_not_integer(at);
    return value;
}

result_row read_row(MYSQL_ROW cells, const unsigned long* lengths,
                    std::span<const detail::column_kind> kinds, std::span<const bool> nullable) {
    result_row row;
    row.reserve(kinds.size());
    for (std::size_t at = 0; at < kinds.size(); ++at) {
        if (!cells[at]) {
            if (!nullable[at]) throw_null(at);
            row.emplace_back(std::monostate{});
            continue;
        }
        const std::string_view bytes{cells[at], lengths[at]};
        if (kinds[at] == detail::column_kind::integer)
            row.emplace_back(read_integer(bytes, at));
        else
            row.emplace_back(std::string{bytes});
    }
    return row;
}

std::string in_quotes(std::string_view value) {
    std::string out = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "'";
}

std::string in_seconds(std::chrono::milliseconds duration) {
    return std::to_string(
        std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(duration).count()));
}

/// SOCI passes on the files of TLS and none of its other options, but the client library reads
/// options in place of a host too. Without these it would send the password unencrypted to a server
/// that offers no TLS, and ask the terminal for the passphrase of an encrypted key.
std::string host_of(const mysql_address& address, const options& settings) {
    // For "localhost" the client would take a Unix socket, whatever the port.
    const auto host = address.host == "localhost" ? std::string{"127.0.0.1"} : address.host;
    if (address.tls.authority.empty()) return host;
    auto out = "host=" + host + ";ssl-verify-server-cert=1;ssl-passphrase=none";
    // Connector/C 3.4 does not compare a loopback literal with the certificate, so a connection of
    // our own does that first. It is done with every version, so that all behave alike.
    if (is_loopback_literal(host))
        out += ";ssl-fp=" + checked_fingerprint(host, address, settings.connect_timeout);
    return out;
}

std::string tls_string(const tls_files& files) {
    if (files.authority.empty()) return {};
    auto out = " sslca=" + in_quotes(files.authority);
    if (!files.certificate.empty())
        out += " sslcert=" + in_quotes(files.certificate) + " sslkey=" + in_quotes(files.key);
    return out;
}

std::string connect_string(const mysql_address& address, const options& settings) {
    return "host=" + in_quotes(host_of(address, settings)) +
           " port=" + std::to_string(address.port) + " user=" + in_quotes(address.user) +
           " pass=" + in_quotes(address.password) + " db=" + in_quotes(address.database) +
           " charset='utf8mb4'" + " connect_timeout=" + in_seconds(settings.connect_timeout) +
           " read_timeout=" + in_seconds(settings.statement_timeout) +
           " write_timeout=" + in_seconds(settings.statement_timeout) + tls_string(address.tls);
}

/// A bad certificate or file fails for good; a connection that broke in the handshake may work
/// later. The client library has one number for both; its texts end with the system's number.
bool broke_in_handshake(const std::string& said) {
    if (said.find("unexpected eof") != std::string::npos) return true;
    constexpr std::array passing{EAGAIN, EPIPE, ECONNABORTED, ECONNRESET, ETIMEDOUT};
    return std::any_of(passing.begin(), passing.end(), [&](int number) {
        return said.ends_with("(" + std::to_string(number) + ")");
    });
}

/// The server ends a transaction that was idle this long: it holds locks for nobody.
constexpr int idle_write_seconds = 5;
constexpr int idle_session_seconds = 28'800;  // the servers' own default

class mysql_session final : public session {
public:
    mysql_session(const mysql_address& address, const options& settings)
        : session_(soci::mysql, connect_string(address, settings)),
          backend_(static_cast<soci::mysql_session_backend&>(*session_.get_backend())),
          is_mariadb_(mariadb_connection(backend_.conn_) != 0) {
        std::string set =
            "SET SESSION sql_mode = "
            "'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
            "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY', "
            "time_zone = '+00:00', autocommit = 1, innodb_lock_wait_timeout = " +
            in_seconds(settings.lock_timeout) +
            ", lock_wait_timeout = " + in_seconds(settings.lock_timeout);
        if (is_mariadb_)
            set += ", idle_write_transaction_timeout = " + std::to_string(idle_write_seconds);
        execute(set);
        execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    }

    void begin(access mode) override {
        choose_idle_timeout(mode);
        switch (mode) {
            case access::read: execute("START TRANSACTION READ ONLY"); return;
            case access::snapshot:
                execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
                execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
                return;
            case access::write: execute("START TRANSACTION READ WRITE"); return;
        }
    }

    void insert(const new_rows& rows) override {
        for (std::size_t from = 0; from < rows.size();)
            execute(rows.in_one_statement(from, statement_bytes_max).text());
    }

    std::int64_t execute(const std::string& text) override {
        return guarded([&] { return statement{backend_, text}.affected_rows(); });
    }

    std::vector<result_row> select(const std::string& text,
                                   std::span<const detail::column_kind> kinds,
                                   std::span<const bool> nullable) override {
        return guarded([&] {
            statement running{backend_, text};
            MYSQL_RES* result = running.result();
            const std::size_t found = result ? mysql_num_fields(result) : 0;
            if (found != kinds.size()) throw_wrong_columns(kinds.size(), found);
            std::vector<result_row> rows;
            rows.reserve(mysql_num_rows(result));
            mysql_data_seek(result, 0);  // SOCI went through it once
            while (MYSQL_ROW cells = mysql_fetch_row(result)) {
                rows.push_back(read_row(cells, mysql_fetch_lengths(result), kinds, nullable));
            }
            return rows;
        });
    }

    std::vector<result_row> select_by(raw text, std::span<const std::array<std::byte, 16>> keys,
                                      std::span<const detail::column_kind> kinds,
                                      std::span<const bool> nullable) override {
        if (keys.empty()) return {};
        return select((sql{} << text << " IN ").list(keys).text(), kinds, nullable);
    }

    commit_outcome commit() noexcept override {
        try {
            execute("COMMIT");
            return commit_outcome::committed;
        } catch (const error& failed) {
            switch (failed.why()) {
                case cause::deadlock:
                case cause::lock_timeout:
                case cause::read_only:
                    // The server says this before it commits anything.
                    rollback();
                    return commit_outcome::rolled_back;
                default: break;
            }
        } catch (...) {
        }
        // Lost, interrupted or shut down in COMMIT: the server may have carried it out.
        usable_ = false;
        return commit_outcome::unknown;
    }

    void rollback() noexcept override {
        if (!usable_) return;  // the server rolls back what a closed connection leaves
        try {
            execute("ROLLBACK");
        } catch (...) {
            usable_ = false;
        }
    }

    bool usable() const noexcept override { return usable_; }

private:
    template <class Work>
    auto guarded(Work work) -> decltype(work()) {
        try {
            return work();
        } catch (const soci::mysql_soci_error& failed) {
            const auto why = cause_of_mysql(failed.err_num_);
            // Every number of the client itself is about the connection.
            if (why == cause::connection_lost || failed.err_num_ >= 2000) usable_ = false;
            throw driver_error(why, static_cast<int>(failed.err_num_));
        } catch (const soci::soci_error&) {
            usable_ = false;
            throw driver_error(cause::other, 0);
        }
    }

    /// MySQL has no limit for an idle transaction, only one for an idle session.
    void choose_idle_timeout(access mode) {
        if (is_mariadb_) return;
        const int wanted = mode == access::write ? idle_write_seconds : idle_session_seconds;
        if (wanted == idle_seconds_) return;
        execute("SET SESSION wait_timeout = " + std::to_string(wanted));
        idle_seconds_ = wanted;
    }

    soci::session session_;
    soci::mysql_session_backend& backend_;
    bool is_mariadb_;
    bool usable_ = true;
    int idle_seconds_ = 0;  // 0: as the server has it
};

}  // namespace

std::unique_ptr<session> open_mysql(const mysql_address& address, const options& settings) {
    try {
        return std::make_unique<mysql_session>(address, settings);
    } catch (const soci::mysql_soci_error& failed) {
        auto why = cause_of_mysql(failed.err_num_);
        if (why == cause::connection_lost) why = cause::unavailable;
        // What a server says while connecting names user, host and database, never a password.
        auto said = failed.get_error_message();
        if (failed.err_num_ == CR_SSL_CONNECTION_ERROR && !broke_in_handshake(said)) {
            why = cause::refused;
            said += " (by what ssl-ca, ssl-cert and ssl-key of the URL name)";
        }
        throw driver_error(why, static_cast<int>(failed.err_num_), said);
    } catch (const soci::soci_error&) {
        throw driver_error(cause::refused, 0,
                           "the database URL holds what the driver does not take");
    }
}

}  // namespace market::db
