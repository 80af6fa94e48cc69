#pragma once
/// A database: sessions on demand, transactions with retry.
#include <market/base/error.hpp>
#include <market/db/transaction.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace market::db {

struct options {
    std::size_t sessions_max = 16;
    std::chrono::milliseconds connect_timeout{3'000};
    std::chrono::milliseconds statement_timeout{5'000};  ///< read and write timeout of the socket
    std::chrono::milliseconds lock_timeout{2'000};
    std::chrono::milliseconds session_wait_max{
        2'000};  ///< for a free session, and for SQLite's write turn
};

/// Thread-safe. Sessions are opened when needed and kept. On a connection error a session is
/// replaced, never reconnected. SQLite has one writer at a time: those of one process take turns in
/// order of arrival, and processes take turns by the file's lock.
class database {
public:
    virtual ~database() = default;
    virtual db::dialect dialect() const = 0;

    /// Begins a transaction on a session of its own. Throws unavailable or refused.
    virtual std::unique_ptr<transaction> begin(access mode) = 0;

    /// Begins, runs `work`, and ends without commit.
    /// Errors: those of `work`; database_unavailable; internal (logged).
    template <class Work>
    auto read(Work work, access mode = access::read) -> std::invoke_result_t<Work&, transaction&> {
        std::optional<std::invoke_result_t<Work&, transaction&>> out;
        auto attempt = [&](transaction& tx) {
            out.emplace(work(tx));
            return false;
        };
        if (auto failed = run(mode, attempt)) return *failed;
        return std::move(*out);
    }

    /// Begins, runs `work`, commits when it returned a value and rolls back when it returned an
    /// error. After a deadlock or a lock wait all of it runs again, at most 5 times: so `work` must
    /// have no effect but on `tx` and its own result.
    /// Errors: those of `work`; database_unavailable; outcome_unknown (it may have been
    /// committed); internal (logged).
    template <class Work>
    auto write(Work work) -> std::invoke_result_t<Work&, transaction&> {
        std::optional<std::invoke_result_t<Work&, transaction&>> out;
        auto attempt = [&](transaction& tx) {
            out.emplace(work(tx));
            return out->has_value();
        };
        if (auto failed = run(access::write, attempt)) return *failed;
        return std::move(*out);
    }

private:
    /// Runs `attempt`, again when needed, and commits when it returns true. Empty: success.
    virtual std::optional<failure> run(access mode,
                                       const std::function<bool(transaction&)>& attempt) = 0;
};

/// Opens nothing yet. The URL is one of
///   sqlite:PATH                           created when missing; its folder must exist
///   mysql://user:pass@host:port/database
/// `?ssl-ca=FILE`: only over TLS, and only to a server with a certificate of that authority for
/// this host. `&ssl-cert=FILE&ssl-key=FILE`: the client has a certificate too.
/// Errors: validation_failed with a sentence that says what is wrong with the URL. It has no
/// password.
result<std::unique_ptr<database>> open(const std::string& url, const options& settings = {});

}  // namespace market::db
