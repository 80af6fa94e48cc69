#include "engine.hpp"

#include "database_url.hpp"
#include "mysql_session.hpp"
#include "session_transaction.hpp"
#include "sqlite_session.hpp"

#include <market/base/log.hpp>

#include <random>
#include <thread>

namespace market::db {
namespace {

constexpr int tries_max = 5;

failure unavailable() {
    return {errc::database_unavailable, "the database cannot be reached at the moment; try again"};
}

/// An error as the caller of `read` and `write` sees it. A full disk and a missing right are
/// `database_unavailable` too: an operator can mend both while the server runs, so try again.
failure as_failure(const error& failed) {
    switch (failed.why()) {
        case cause::unavailable:
        case cause::connection_lost:
        case cause::deadlock:
        case cause::lock_timeout:
            log::warning("db.unavailable", {{"error", failed.what()}});
            return unavailable();
        case cause::read_only:
        case cause::full:
        case cause::refused:
            log::error("db.unavailable", {{"error", failed.what()}});
            return unavailable();
        case cause::unique_violation:
        case cause::check_violation:
        case cause::data_error:
        case cause::other: break;
    }
    log::error("db.failed", {{"error", failed.what()}});
    return {errc::internal, "the database refused a statement"};
}

bool is_worth_another_try(cause why) {
    return why == cause::deadlock || why == cause::lock_timeout;
}

/// 2-4 ms, then twice that, and so on; never past `until`.
bool pause_before_retry(int tries, deadline until) {
    thread_local std::minstd_rand dice{std::random_device{}()};
    const int base_us = 2'000 << (tries - 1);
    const std::chrono::microseconds pause{
        std::uniform_int_distribution{base_us, 2 * base_us}(dice)};
    if (std::chrono::steady_clock::now() + pause >= until) return false;
    std::this_thread::sleep_for(pause);
    return true;
}

}  // namespace

engine::engine(db::dialect dialect, connector connect, const options& settings)
    : dialect_(dialect),
      connect_(std::move(connect)),
      settings_(settings),
      holder_([this] { return connect_(settings_); }, settings_) {}

std::unique_ptr<transaction> engine::begin(access mode) {
    place turn;
    if (dialect_ == dialect::sqlite && mode == access::write) {
        // Wait for the turn before taking a session: writers that wait must not keep readers out.
        if (!write_turn_.enter(settings_.session_wait_max)) {
            throw error(cause::unavailable, "the turn to write did not come in time");
        }
        turn = place{write_turn_};
    }
    try {
        return make_transaction(dialect_, std::move(turn), holder_.begin(mode));
    } catch (const error& failed) {
        switch (failed.why()) {
            case cause::refused:
            case cause::read_only:
            case cause::full: throw;
            default: throw error(cause::unavailable, failed.what());
        }
    }
}

std::optional<failure> engine::run(access mode, const std::function<bool(transaction&)>& attempt) {
    const auto until = std::chrono::steady_clock::now() + settings_.statement_timeout;
    for (int tries = 1;; ++tries) {
        try {
            const auto tx = begin(mode);
            if (!attempt(*tx)) return std::nullopt;
            switch (tx->commit()) {
                case commit_outcome::committed: return std::nullopt;
                case commit_outcome::unknown:
                    log::warning("db.commit_unknown");
                    return failure{errc::outcome_unknown,
                                   "whether it was done is not known; look before trying again"};
                case commit_outcome::rolled_back: break;
            }
            if (tries == tries_max || !pause_before_retry(tries, until)) return unavailable();
        } catch (const error& failed) {
            const bool again = is_worth_another_try(failed.why()) && tries < tries_max;
            if (!again || !pause_before_retry(tries, until)) return as_failure(failed);
        }
    }
}

result<std::unique_ptr<database>> open(const std::string& url, const options& settings) {
    auto address = parse_database_url(url);
    if (!address) return address.error();
    if (const auto* file = std::get_if<sqlite_address>(&*address)) {
        auto connect = [path = file->path](const options& chosen) {
            return open_sqlite(path, chosen);
        };
        return std::unique_ptr<database>{
            std::make_unique<engine>(dialect::sqlite, connect, settings)};
    }
    auto connect = [server = std::get<mysql_address>(*address)](const options& chosen) {
        return open_mysql(server, chosen);
    };
    return std::unique_ptr<database>{std::make_unique<engine>(dialect::mysql, connect, settings)};
}

}  // namespace market::db
