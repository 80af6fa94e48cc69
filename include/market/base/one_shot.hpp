#pragma once
/// A flag that any thread sets once. Coroutines wait until it is set, or until their time is up.
#include <market/base/clock.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace market {

namespace asio = boost::asio;

/// Thread-safe. Waiters must run on single-threaded executors, as the I/O threads are. Otherwise a
/// wake-up could come between entering the list and waiting on the timer, and be lost.
class one_shot {
public:
    void set() {
        one_shot* const only[] = {this};
        set_all(only);
    }

    /// Sets them all and wakes all who wait, with one message to each thread.
    static void set_all(std::span<one_shot* const> flags) {
        std::map<asio::execution_context*, timers> sleepers;
        for (auto* flag : flags)
            for (auto& timer : flag->set_quietly())
                sleepers[&timer->get_executor().context()].push_back(std::move(timer));
        for (auto& [context, of_thread] : sleepers) {
            const auto executor = of_thread.front()->get_executor();
            asio::post(executor, [woken = std::move(of_thread)] {
                for (const auto& timer : woken) timer->cancel();
            });
        }
    }

    /// True: it was set. False: `until` came first.
    asio::awaitable<bool> wait(deadline until) {
        auto executor = co_await asio::this_coro::executor;
        auto timer = std::make_shared<asio::steady_timer>(executor, until);
        {
            std::lock_guard lock{mutex_};
            if (set_) co_return true;
            sleepers_.push_back(timer);
        }
        boost::system::error_code woken;
        co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, woken));
        std::lock_guard lock{mutex_};
        if (!set_) std::erase(sleepers_, timer);
        co_return set_;
    }

private:
    using timers = std::vector<std::shared_ptr<asio::steady_timer>>;

    /// Sets the flag without waking anyone; returns the timers to cancel.
    timers set_quietly() {
        std::lock_guard lock{mutex_};
        set_ = true;
        return std::move(sleepers_);
    }

    std::mutex mutex_;
    bool set_ = false;
    timers sleepers_;
};

}  // namespace market
