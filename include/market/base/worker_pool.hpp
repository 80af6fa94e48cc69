#pragma once
/// Bounded thread pools for work that blocks (database, password hashing): I/O threads never do.
#include <market/base/error.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace market {

namespace asio = boost::asio;

/// Thread-safe. The destructor first runs all queued work to its end.
class worker_pool {
public:
    worker_pool(std::size_t threads, std::size_t queue_max)
        : queue_max_(queue_max), pool_(threads) {}
    ~worker_pool() { pool_.join(); }
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;

    /// Runs `work` (returning result<T>) on the pool and resumes the caller on its own executor.
    /// Errors: overloaded when the queue is full (work was not started), else those of `work`.
    /// An exception of `work` is rethrown to the caller.
    /// `work` is taken by value: name the lambda first, then `co_await pool.run(std::move(work))`
    /// (GCC 12 destroys temporaries of a co_await expression twice).
    template <class Work>
    asio::awaitable<std::invoke_result_t<Work&>> run(Work work) {
        using outcome = std::invoke_result_t<Work&>;
        if (waiting_.fetch_add(1, std::memory_order_relaxed) >= queue_max_) {
            waiting_.fetch_sub(1, std::memory_order_relaxed);
            co_return outcome{failure{errc::overloaded, "too much work is waiting; try again"}};
        }
        auto slot = std::make_shared<done<outcome>>();
        auto initiate = [this, slot, &work](auto handler) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            busy_.fetch_add(1);
            asio::post(pool_, [this, slot, shared, task = std::move(work)]() mutable {
                waiting_.fetch_sub(1, std::memory_order_relaxed);
                try {
                    slot->value.emplace(task());
                } catch (...) {
                    slot->error = std::current_exception();
                }
                auto executor = asio::get_associated_executor(*shared);
                asio::post(executor, [shared] { std::move (*shared)(); });
                if (busy_.fetch_sub(1) == 1) busy_.notify_all();
            });
        };
        co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(initiate,
                                                                              asio::use_awaitable);
        if (slot->error) std::rethrow_exception(slot->error);
        co_return std::move(*slot->value);
    }

    /// Returns when nothing waits or runs. Call it before you destroy a caller's execution context:
    /// the thread that resumed a coroutine may still use the context after the coroutine is done.
    void wait_until_idle() const {
        for (auto left = busy_.load(); left != 0; left = busy_.load()) busy_.wait(left);
    }

private:
    template <class T>
    struct done {
        std::optional<T> value;
        std::exception_ptr error;
    };

    std::size_t queue_max_;
    std::atomic<std::size_t> waiting_{0};  ///< not started
    std::atomic<std::size_t> busy_{0};     ///< not started, or still resuming its caller
    asio::thread_pool pool_;
};

}  // namespace market
