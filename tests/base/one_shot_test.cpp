#include <market/base/one_shot.hpp>

#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <array>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

using namespace market;
using namespace std::chrono_literals;

namespace {

/// A thread of coroutines, as the I/O threads are.
class loop {
public:
    ~loop() {
        work_.reset();
        thread_.join();
    }
    std::future<bool> wait(one_shot& flag, deadline until) {
        return asio::co_spawn(context_, flag.wait(until), asio::use_future);
    }
    /// All that was begun before waits by now.
    void settle() { asio::post(context_, asio::use_future).get(); }

private:
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    std::thread thread_{[this] { context_.run(); }};
};

/// Woken, not just over its time.
bool wakes(std::future<bool>& waiting) {
    return waiting.wait_for(10s) == std::future_status::ready && waiting.get();
}

deadline in(std::chrono::milliseconds span) { return std::chrono::steady_clock::now() + span; }

}  // namespace

TEST_CASE("flags that are set together wake all who wait, on every thread", "[one_shot]") {
    std::array<one_shot, 3> flags;
    std::array<loop, 2> loops;
    std::vector<std::future<bool>> woken;
    for (auto& each : loops) {
        for (auto& flag : flags) woken.push_back(each.wait(flag, in(30s)));
        woken.push_back(each.wait(flags[0], in(30s)));
        each.settle();
    }
    one_shot* const all[] = {&flags[0], &flags[1], &flags[2]};
    one_shot::set_all(all);
    for (auto& each : woken) CHECK(wakes(each));
}

TEST_CASE("a flag wakes only those who wait for it, and later ones do not wait", "[one_shot]") {
    one_shot flag, other;
    loop only;
    auto mine = only.wait(flag, in(30s));
    const auto until = in(50ms);
    auto others = only.wait(other, until);
    only.settle();
    flag.set();
    CHECK(wakes(mine));
    CHECK_FALSE(others.get());
    CHECK(std::chrono::steady_clock::now() >= until);  // it was not woken before
    CHECK(only.wait(flag, in(0s)).get());
    other.set();  // nobody waits any more
}
