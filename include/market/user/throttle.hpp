#pragma once
/// How often something may be done. Who counts is an interface: one server counts in memory,
/// several on one shop need a place that they share.
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
    std::string_view name;  ///< a literal; counts of one name and key belong together
    std::int64_t most = 0;  ///< in any `within`; 0: no limit
    std::chrono::seconds within{1};
};

/// Thread-safe.
class throttle {
public:
    virtual ~throttle() = default;
    /// Counts one more for `key`. Errors: rate_limited, with the time after which one is free;
    /// nothing was counted then.
    virtual asio::awaitable<result<void>> take(allowance what, std::string key) = 0;
    /// Takes the latest one of `key` out of the count again. Never fails: at worst it stays.
    virtual asio::awaitable<void> give_back(allowance what, std::string key) = 0;
};

/// Counts exactly, on a sliding span, in at most `counts_max` of 8 bytes (and 100 or so a key). At
/// the limit the key that nobody used for longest is forgotten.
std::unique_ptr<throttle> make_memory_throttle(const wall_clock& clock,
                                               std::size_t counts_max = 1'000'000);

/// Counts exactly, on a sliding span of Redis' own time, for all servers that share that Redis. A
/// key is stored as its SHA-256, for no longer than the span. While Redis is away each server
/// counts in its own memory, by `clock`. Both outlive the throttle.
std::unique_ptr<throttle> make_redis_throttle(redis::client& server, const wall_clock& clock);

}  // namespace market::user
