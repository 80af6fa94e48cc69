/// What only a throttle in Redis owes: one count for all servers, nothing in clear, and a limit
/// while Redis is away.
#include "support/catch.hpp"
#include "support/private_redis.hpp"
#include "support/run_here.hpp"
#include "user/user_fixture.hpp"

using namespace market;
using namespace market::user;
using namespace market::user::testing;
using market::redis::test::private_redis;
using market::testing::settle_here;

namespace {

const allowance three{"x", 3, 1h};

redis::options quick() {
    redis::options out;
    out.connect_timeout = 500ms;
    out.command_timeout = 500ms;
    out.pause_min = 10ms;
    out.pause_max = 50ms;
    return out;
}

/// One server's throttle, on a connection of its own.
struct server {
    explicit server(const private_redis& redis) : client(redis.open(quick())) {}

    bool take(const std::string& key, const allowance& what = three) {
        return settle_here(counts->take(what, key)).has_value();
    }
    void give_back(const std::string& key) {
        market::testing::run_here(counts->give_back(three, key));
    }
    redis::reply ask(std::vector<std::string> words) {
        return settle_here(client->command(std::move(words))).value();
    }

    /// How many there are; -1: it cannot be told.
    std::int64_t keys() {
        const auto said = settle_here(client->command({"DBSIZE"}));
        return said ? said->integer : -1;
    }

    test_clock clock;
    std::unique_ptr<redis::client> client;
    std::unique_ptr<throttle> counts = make_redis_throttle(*client, clock);
};

/// A Redis that never answers, and how often it was asked.
class dead_client final : public redis::client {
public:
    asio::awaitable<result<redis::reply>> command(std::vector<std::string>) override {
        ++asked;
        co_return failure{errc::gate_unavailable, "it is away"};
    }
    asio::awaitable<result<redis::reply>> evaluate(const redis::script&, std::vector<std::string>,
                                                   std::vector<std::string>) override {
        ++asked;
        co_return failure{errc::gate_unavailable, "it is away"};
    }
    void evaluate_soon(const redis::script&, std::vector<std::string>,
                       std::vector<std::string>) noexcept override {}
    std::optional<redis::obstacle> check() override { return redis::obstacle{"away", true}; }
    int asked = 0;
};

}  // namespace

TEST_CASE("servers on one Redis share their counts", "[user][throttle][redis]") {
    if (!private_redis::can_be_had()) return;
    const private_redis redis;
    server first{redis}, second{redis};
    CHECK(first.take("a"));
    CHECK(second.take("a"));
    CHECK(first.take("a"));
    CHECK_FALSE(first.take("a"));
    CHECK_FALSE(second.take("a"));
    second.give_back("a");
    CHECK(first.take("a"));
    CHECK_FALSE(second.take("a"));
}

TEST_CASE("Redis holds no address in clear, and no count for longer than its span",
          "[user][throttle][redis]") {
    if (!private_redis::can_be_had()) return;
    const private_redis redis;
    server one{redis};
    CHECK(one.take("buyer@example.com"));
    const auto kept = one.ask({"KEYS", "*"}).items;
    REQUIRE(kept.size() == 1);
    const auto& key = kept.front().text;
    CHECK(key == "market:throttle:x:{" + to_hex(sha256("buyer@example.com")) + "}");
    const auto left = one.ask({"PTTL", key}).integer;
    CHECK(left > 3'590'000);
    CHECK(left <= 3'600'000);

    CHECK(one.take("short", {"x", 3, 1s}));
    CHECK(market::testing::eventually([&] { return one.keys() == 1; }));
    one.give_back("buyer@example.com");
    CHECK(one.keys() == 0);
}

TEST_CASE("while Redis is away each server counts in its memory, and together again after",
          "[user][throttle][redis][faults]") {
    if (!private_redis::can_be_had()) return;
    private_redis redis;
    server first{redis}, second{redis};
    for (auto* one : {&first, &second, &first}) CHECK(one->take("a"));
    CHECK_FALSE(second.take("a"));

    redis.kill();
    for (auto* one : {&first, &second}) {
        for (int i = 0; i < 3; ++i) CHECK(one->take("a"));
        CHECK_FALSE(one->take("a"));
        one->give_back("a");
        CHECK(one->take("a"));
        CHECK_FALSE(one->take("a"));
        one->clock.advance(1h);
        CHECK(one->take("a"));
    }

    redis.start();
    int tries = 0;
    for (auto* one : {&first, &second}) {
        const auto counts_there = [&] {
            one->take(std::to_string(++tries));
            return one->keys() > 0;
        };
        CHECK(market::testing::eventually(counts_there));
        one->ask({"FLUSHALL"});
    }
    for (auto* one : {&first, &second, &first}) CHECK(one->take("c"));
    CHECK_FALSE(second.take("c"));
}

TEST_CASE("a Redis that refuses does no harm to the limit", "[user][throttle][redis][faults]") {
    if (!private_redis::can_be_had()) return;
    const private_redis redis;
    server one{redis};
    one.ask({"SET", "market:throttle:x:{" + to_hex(sha256("a")) + "}", "no list"});
    for (int i = 0; i < 3; ++i) CHECK(one.take("a"));
    CHECK_FALSE(one.take("a"));
}

TEST_CASE("a Redis that is away is asked once a second, and nobody else waits for it",
          "[user][throttle][redis][faults]") {
    dead_client away;
    test_clock clock;
    const auto counts = make_redis_throttle(away, clock);
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 500; ++i) {
        settle_here(counts->take({"x", 1'000, 1h}, "a")).value();
        market::testing::run_here(counts->give_back(three, "b"));
    }
    const auto seconds =
        std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
    CHECK(away.asked >= 1);
    CHECK(away.asked <= 1 + seconds.count());
}

TEST_CASE("no limit asks no Redis", "[user][throttle][redis]") {
    dead_client away;
    test_clock clock;
    const auto counts = make_redis_throttle(away, clock);
    const allowance none{"x", 0, 1h};
    CHECK(settle_here(counts->take(none, "a")).has_value());
    market::testing::run_here(counts->give_back(none, "a"));
    CHECK(away.asked == 0);
}
