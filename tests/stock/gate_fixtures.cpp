#include "stock/gate_fixture.hpp"
#include "support/retimed_client.hpp"
#include "support/run_here.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>

namespace market::stock::testing {

using redis::test::placed_time;
using redis::test::redis_variable;
using redis::test::retimed_client;

namespace {

class memory_gate_fixture final : public gate_fixture {
public:
    stock_gate& gate() override { return *gate_; }
    instant now() const override { return clock_.now(); }
    void advance(std::chrono::milliseconds by) override { clock_.advance(by); }

private:
    void run(asio::awaitable<void> work) override {
        asio::io_context context;
        asio::co_spawn(context, std::move(work), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        context.run();
    }

    manual_clock clock_;
    std::unique_ptr<stock_gate> gate_ = make_memory_gate(clock_);
};

/// A gate in a real Redis, whose scripts read the time where the test has put it: TIME moves by
/// itself, and facts about a millisecond cannot be told by it.
class redis_gate_fixture final : public gate_fixture {
public:
    redis_gate_fixture() { time_.put(clock_.now()); }

    stock_gate& gate() override { return *gate_; }
    instant now() const override { return clock_.now(); }
    void advance(std::chrono::milliseconds by) override {
        clock_.advance(by);
        steady += by.count();
        time_.put(clock_.now());
    }

private:
    void run(asio::awaitable<void> work) override { market::testing::run_here(std::move(work)); }

    static redis::client& server() {
        static const auto shared = redis::open(std::getenv(redis_variable)).value();
        return *shared;
    }

    /// Only moved between the calls of a test.
    static deadline steady_now() { return deadline{std::chrono::milliseconds{steady.load()}}; }
    static inline std::atomic<std::int64_t> steady{1'000'000};

    manual_clock clock_;
    placed_time time_{server()};
    retimed_client retimed_{server(), time_.reading()};
    std::unique_ptr<stock_gate> gate_ = make_redis_gate(retimed_, steady_now);
};

template <class Fixture>
std::unique_ptr<gate_fixture> make() {
    return std::make_unique<Fixture>();
}

}  // namespace

std::vector<gate_kind> gate_kinds() {
    static const auto kinds = [] {
        std::vector<gate_kind> out{{"memory", make<memory_gate_fixture>}};
        if (std::getenv(redis_variable))
            out.push_back({"redis", make<redis_gate_fixture>});
        else
            std::cout << "redis: skipped, because " << redis_variable << " is not set\n";
        return out;
    }();
    return kinds;
}

}  // namespace market::stock::testing
