#pragma once
/// What this server knows of the catalog's version.
#include <market/base/clock.hpp>
#include <market/db/async_database.hpp>

#include <atomic>
#include <chrono>

namespace market::catalog {

/// Thread-safe.
class version_watch {
public:
    /// Equal stamps: no change of products and sales came in between, as far as is known here.
    struct stamp {
        std::int64_t version = 0;      ///< of the record
        std::int64_t own_changes = 0;  ///< so that this server sees what it did at once
        bool operator==(const stamp&) const = default;
    };

    explicit version_watch(
        db::async_database database,
        std::chrono::steady_clock::duration interval = std::chrono::milliseconds{100})
        : database_(database), interval_(interval) {}

    /// Asks the record when it was not asked for an interval; while one asks, and when the record
    /// cannot be reached (nobody changes it then), what was known stays.
    asio::awaitable<stamp> current();
    stamp known() const { return {version_.load(), own_changes_.load()}; }
    /// A change was committed here.
    void changed() { own_changes_.fetch_add(1); }
    /// How often units were bought or came back here, which changes nothing else.
    std::int64_t moves() const { return own_moves_.load(); }
    void moved() { own_moves_.fetch_add(1); }

private:
    using ticks = std::chrono::steady_clock::rep;

    db::async_database database_;
    const std::chrono::steady_clock::duration interval_;
    std::atomic<std::int64_t> version_{0};
    std::atomic<std::int64_t> own_changes_{0};
    std::atomic<std::int64_t> own_moves_{0};
    std::atomic<ticks> asked_at_{0};
};

}  // namespace market::catalog
