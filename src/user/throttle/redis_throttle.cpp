#include "throttle/rate_limited.hpp"

#include <market/base/crypto.hpp>
#include <market/base/log.hpp>
#include <market/redis/client.hpp>

#include <atomic>
#include <utility>

namespace market::user {
namespace {

using steady = std::chrono::steady_clock;

/// While Redis is away, one call in this time tries it again.
constexpr steady::duration between_tries = std::chrono::seconds{1};

/// KEYS[1] is a list of the times counted, oldest first. ARGV: run_id, most, span in microseconds.
/// Returns 0 when it counted one more, else the microseconds until one is free.
const redis::script& count_one() {
    static const redis::script code{R"lua(
local key, most, span = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local first = redis.call('LINDEX', key, 0)
while first and tonumber(first) <= now - span do
  redis.call('LPOP', key)
  first = redis.call('LINDEX', key, 0)
end
local counted = redis.call('LLEN', key)
if counted >= most then
  return math.max(1, redis.call('LINDEX', key, counted - most) + span - now)
end
redis.call('RPUSH', key, string.format('%.0f', now))
redis.call('PEXPIRE', key, math.ceil(span / 1000))
return 0
)lua"};
    return code;
}

/// The braces are a cluster's hash tag. The key is hashed, so that Redis holds no address.
std::string redis_key(const allowance& what, const std::string& key) {
    return "market:throttle:" + std::string{what.name} + ":{" + to_hex(sha256(key)) + "}";
}

class redis_throttle final : public throttle {
public:
    redis_throttle(redis::client& server, const wall_clock& clock)
        : server_(server), in_memory_(make_memory_throttle(clock)) {}

    asio::awaitable<result<void>> take(allowance what, std::string key) override {
        if (what.most <= 0) co_return result<void>{};
        if (may_ask()) {
            const std::chrono::microseconds span{what.within};
            std::vector<std::string> keys{redis_key(what, key)};
            std::vector<std::string> arguments{std::to_string(what.most),
                                               std::to_string(span.count())};
            const auto reply =
                co_await server_.evaluate(count_one(), std::move(keys), std::move(arguments));
            const bool is_reachable = reply && reply->what == redis::reply::kind::integer;
            set_reachable(is_reachable);
            if (is_reachable && reply->integer == 0) co_return result<void>{};
            if (is_reachable)
                co_return rate_limited(what, std::chrono::microseconds{reply->integer});
        }
        co_return co_await in_memory_->take(what, std::move(key));
    }

    asio::awaitable<void> give_back(allowance what, std::string key) override {
        if (what.most <= 0) co_return;
        if (may_ask()) {
            std::vector<std::string> words{"RPOP", redis_key(what, key)};
            const auto reply = co_await server_.command(std::move(words));
            const bool is_reachable = reply && reply->what != redis::reply::kind::error;
            set_reachable(is_reachable);
            if (is_reachable) co_return;
        }
        co_await in_memory_->give_back(what, std::move(key));
    }

private:
    /// While Redis is away, one call a second tries it. The others do not wait for it.
    bool may_ask() {
        auto at = next_try_at_.load();
        if (at == reachable_) return true;
        const auto now = ticks_now();
        return now >= at && next_try_at_.compare_exchange_strong(at, try_after(now));
    }

    void set_reachable(bool is_reachable) {
        const auto before =
            next_try_at_.exchange(is_reachable ? reachable_ : try_after(ticks_now()));
        if ((before == reachable_) == is_reachable) return;
        if (is_reachable)
            log::info("user.throttles_shared_again");
        else
            log::warning("user.throttles_in_memory");
    }

    static steady::rep ticks_now() { return steady::now().time_since_epoch().count(); }
    static steady::rep try_after(steady::rep now) { return now + between_tries.count(); }

    static constexpr steady::rep reachable_ = 0;

    redis::client& server_;
    const std::unique_ptr<throttle> in_memory_;
    std::atomic<steady::rep> next_try_at_{reachable_};
};

}  // namespace

std::unique_ptr<throttle> make_redis_throttle(redis::client& server, const wall_clock& clock) {
    return std::make_unique<redis_throttle>(server, clock);
}

}  // namespace market::user
