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
    /// Two equal stamps: between them this server learned of no change of a product or sale.
    struct stamp {
        std::int64_t version = 0;      ///< of the record
        std::int64_t own_changes = 0;  ///< so that this server sees its own changes at once
        bool operator==(const stamp&) const = default;
    };

    explicit version_watch(
        db::async_database database,
        std::chrono::steady_clock::duration interval = std::chrono::milliseconds{100})
        : database_(database), interval_(interval) {}

    /// Reads the version from the record, at most once an interval. While a read is under way the
    /// others get what is known. So do all when the record cannot be reached: then nobody changes
    /// it either.
    asio::awaitable<stamp> current();
    stamp known() const { return {version_.load(), own_changes_.load()}; }
    /// This server changed a product or a sale, or may have.
    void note_own_change() { own_changes_.fetch_add(1); }

    /// How often this server sold units, or got some back: that changes no version.
    std::int64_t own_unit_changes() const { return own_unit_changes_.load(); }
    void note_own_unit_change() { own_unit_changes_.fetch_add(1); }

private:
    using ticks = std::chrono::steady_clock::rep;

    db::async_database database_;
    const std::chrono::steady_clock::duration interval_;
    std::atomic<std::int64_t> version_{0};
    std::atomic<std::int64_t> own_changes_{0};
    std::atomic<std::int64_t> own_unit_changes_{0};
    std::atomic<ticks> asked_at_{0};
};

}  // namespace market::catalog
