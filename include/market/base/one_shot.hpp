#pragma once
/// A flag that is set once, from any thread, and awaited by coroutines until it is or time is up.
#include <market/base/clock.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace market {

namespace asio = boost::asio;

/// Thread-safe. Waiters must run on single-threaded executors (the I/O threads are): between
/// entering the list and waiting on the timer nothing else may run there, or a wake-up is lost.
class one_shot {
public:
    void set() {
        std::vector<std::shared_ptr<asio::steady_timer>> sleepers;
        {
            std::lock_guard lock{mutex_};
            set_ = true;
            sleepers = std::move(sleepers_);
        }
        for (auto& timer : sleepers)
            asio::post(timer->get_executor(), [timer] { timer->cancel(); });
    }

    /// Waits; true when it was set, false when `until` came first.
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
    std::mutex mutex_;
    bool set_ = false;
    std::vector<std::shared_ptr<asio::steady_timer>> sleepers_;
};

}  // namespace market
