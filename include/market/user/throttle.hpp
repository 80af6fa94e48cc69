#pragma once
/// Limits how often something may be done. One server counts in its memory; several servers of one
/// shop count in a Redis that they share.
#include <market/base/clock.hpp>
#include <market/base/error.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace market::redis {
class client;
}

namespace market::user {

namespace asio = boost::asio;

struct allowance {
    std::string_view name;  ///< a literal; each name and key is counted apart
    std::int64_t most = 0;  ///< in any span of `within`; 0: no limit
    std::chrono::seconds within{1};
};

/// Thread-safe.
class throttle {
public:
    virtual ~throttle() = default;
    /// Counts one more for `key`.
    /// Errors: rate_limited, with the time until the next one is allowed; nothing was counted.
    virtual asio::awaitable<result<void>> take(allowance what, std::string key) = 0;
    /// Removes the latest one of `key` from the count. Never fails: at worst it stays counted.
    virtual asio::awaitable<void> give_back(allowance what, std::string key) = 0;
};

/// Counts exactly, on a sliding span, in memory: 8 bytes a count and about 100 a key. Beyond
/// `counts_max` counts it forgets the least recently used key.
std::unique_ptr<throttle> make_memory_throttle(const wall_clock& clock,
                                               std::size_t counts_max = 1'000'000);

/// Counts exactly, on a sliding span of Redis' own time, for all servers that share that Redis. A
/// key is stored as its SHA-256, no longer than the span. While Redis is away, each server counts
/// in its own memory, by `clock`. `server` and `clock` outlive the throttle.
std::unique_ptr<throttle> make_redis_throttle(redis::client& server, const wall_clock& clock);

}  // namespace market::user
