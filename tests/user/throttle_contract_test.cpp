/// What every throttle owes, on each kind of it. A new kind joins the list of kinds().
#include "support/catch.hpp"
#include "support/retimed_client.hpp"
#include "support/run_here.hpp"
#include "user/user_fixture.hpp"

#include <cstdlib>
#include <iostream>
#include <thread>

using namespace market;
using namespace market::user;
using namespace market::user::testing;
using market::testing::settle_here;

namespace {

/// A throttle and the time it goes by, which moves only when told to.
class counter {
public:
    virtual ~counter() = default;
    virtual throttle& counts() = 0;
    virtual void advance(std::chrono::microseconds by) = 0;

    /// The wait that was told; empty: it was counted.
    std::optional<std::chrono::seconds> take(allowance what, const std::string& key) {
        const auto taken = settle_here(counts().take(what, own_ + key));
        if (taken) return std::nullopt;
        CHECK(taken.error().code == errc::rate_limited);
        return taken.error().retry_after;
    }
    void give_back(allowance what, const std::string& key) {
        market::testing::run_here(counts().give_back(what, own_ + key));
    }
    /// Thread-safe.
    bool is_let_in(allowance what, const std::string& key) {
        return settle_here(counts().take(what, own_ + key)).has_value();
    }

private:
    const std::string own_ = to_string(make_id<user_id>());  ///< others fill the same Redis
};

class memory_counter final : public counter {
public:
    throttle& counts() override { return *counts_; }
    void advance(std::chrono::microseconds by) override { clock_.advance(by); }

private:
    test_clock clock_;
    std::unique_ptr<throttle> counts_ = make_memory_throttle(clock_);
};

/// In a real Redis, whose script reads the time where the test has put it.
class redis_counter final : public counter {
public:
    redis_counter() { time_.put(clock_.now()); }
    throttle& counts() override { return *counts_; }
    void advance(std::chrono::microseconds by) override {
        clock_.advance(by);
        time_.put(clock_.now());
    }

private:
    static redis::client& server() {
        static const auto shared = redis::open(std::getenv(redis::test::redis_variable)).value();
        return *shared;
    }

    test_clock clock_;
    test_clock other_clock_;  ///< of the memory that must not be asked: it stands still
    redis::test::placed_time time_{server()};
    redis::test::retimed_client retimed_{server(), time_.reading()};
    std::unique_ptr<throttle> counts_ = make_redis_throttle(retimed_, other_clock_);
};

struct kind {
    std::string name;
    std::unique_ptr<counter> (*make)();
};
std::ostream& operator<<(std::ostream& out, const kind& one) { return out << one.name; }

template <class Counter>
std::unique_ptr<counter> make() {
    return std::make_unique<Counter>();
}

std::vector<kind> kinds() {
    static const auto all = [] {
        std::vector<kind> out{{"memory", make<memory_counter>}};
        if (std::getenv(redis::test::redis_variable))
            out.push_back({"redis", make<redis_counter>});
        else
            std::cout << "redis: skipped, because " << redis::test::redis_variable
                      << " is not set\n";
        return out;
    }();
    return all;
}

std::unique_ptr<counter> any_counter() {
    const auto chosen = GENERATE(from_range(kinds()));
    UNSCOPED_INFO(chosen);
    return chosen.make();
}

}  // namespace

TEST_CASE("as many as allowed in any span, and the wait is told", "[user][throttle]") {
    const auto counts = any_counter();
    const allowance three{"x", 3, 60s};
    CHECK_FALSE(counts->take(three, "a"));
    counts->advance(20s);
    CHECK_FALSE(counts->take(three, "a"));
    CHECK_FALSE(counts->take(three, "a"));
    CHECK(counts->take(three, "a") == 40s);
    CHECK_FALSE(counts->take(three, "b"));
    CHECK_FALSE(counts->take({"y", 3, 60s}, "a"));
    counts->advance(39s + 999ms + 999us);
    CHECK(counts->take(three, "a") == 1s);
    counts->advance(1us);
    CHECK_FALSE(counts->take(three, "a"));  // the first is a minute old
    CHECK(counts->take(three, "a") == 20s);
}

TEST_CASE("what is refused is not counted, and what is given back is free", "[user][throttle]") {
    const auto counts = any_counter();
    const allowance one{"x", 1, 60s};
    CHECK_FALSE(counts->take(one, "a"));
    for (int i = 0; i < 5; ++i) CHECK(counts->take(one, "a") == 60s);
    counts->give_back(one, "a");
    counts->give_back(one, "never");
    CHECK_FALSE(counts->take(one, "a"));
    counts->advance(60s);
    CHECK_FALSE(counts->take(one, "a"));
}

TEST_CASE("it is the latest that is given back", "[user][throttle]") {
    const auto counts = any_counter();
    const allowance two{"x", 2, 60s};
    CHECK_FALSE(counts->take(two, "a"));
    counts->advance(30s);
    CHECK_FALSE(counts->take(two, "a"));
    counts->give_back(two, "a");
    CHECK_FALSE(counts->take(two, "a"));
    CHECK(counts->take(two, "a") == 30s);
}

TEST_CASE("a limit that was lowered holds at once", "[user][throttle]") {
    const auto counts = any_counter();
    for (int i = 0; i < 5; ++i) {
        CHECK_FALSE(counts->take({"x", 5, 60s}, "a"));
        counts->advance(10s);
    }
    CHECK(counts->take({"x", 2, 60s}, "a") == 40s);  // the fourth has to go
}

TEST_CASE("no limit is no limit", "[user][throttle]") {
    const auto counts = any_counter();
    for (int i = 0; i < 50; ++i) CHECK_FALSE(counts->take({"x", 0, 60s}, "a"));
}

TEST_CASE("a clock that is set back asks for no more than the span, and lets nobody through",
          "[user][throttle]") {
    const auto counts = any_counter();
    const allowance two{"x", 2, 60s};
    counts->take(two, "a");
    counts->advance(-1h);
    CHECK_FALSE(counts->take(two, "a"));
    CHECK(counts->take(two, "a") == 60s);
    counts->advance(2min);
    // The first is not old yet, and keeps the second waiting behind it.
    for (int i = 0; i < 3; ++i) CHECK(counts->take(two, "a").has_value());
}

TEST_CASE("of many at once as many are let in as allowed", "[user][throttle]") {
    const auto counts = any_counter();
    std::atomic<int> let_in{0};
    {
        std::vector<std::jthread> clients;
        for (int i = 0; i < 4; ++i) {
            clients.emplace_back([&] {
                for (int j = 0; j < 10; ++j) let_in += counts->is_let_in({"x", 7, 1h}, "a") ? 1 : 0;
            });
        }
    }
    CHECK(let_in == 7);
}

TEST_CASE("counts in memory are bounded; who was not seen for longest is forgotten",
          "[user][throttle]") {
    test_clock clock;
    const auto counts = make_memory_throttle(clock, 10);
    const allowance two{"x", 2, 24h};
    const auto take = [&](const std::string& key) {
        return settle_here(counts->take(two, key)).has_value();
    };
    CHECK(take("old"));
    CHECK(take("old"));
    CHECK_FALSE(take("old"));
    for (int i = 0; i < 8; ++i) CHECK(take("new" + std::to_string(i)));
    CHECK_FALSE(take("old"));  // seen again just now
    for (int i = 8; i < 16; ++i) CHECK(take("new" + std::to_string(i)));
    CHECK_FALSE(take("old"));
    for (int i = 16; i < 26; ++i) CHECK(take("new" + std::to_string(i)));
    CHECK(take("old"));
}
