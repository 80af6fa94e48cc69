#pragma once
#include "purchase/purchase.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

namespace market::order {

/// Purchases waiting for the writer, first in, first out. Thread-safe; bounded.
class purchase_queue {
public:
    explicit purchase_queue(std::size_t orders_max) : orders_max_(orders_max) {}

    bool full() const {
        std::lock_guard lock{mutex_};
        return closed_ || waiting_.size() >= orders_max_;
    }

    /// False when it is full or closed: nothing was taken.
    bool push(purchase_ptr wanted);

    /// Blocks until something waits, then takes what is there, at most `orders` and about `bytes`
    /// of record, without waiting for more. Purchases that their requests gave up are left out.
    /// Empty: closed and drained.
    std::vector<purchase_ptr> take(std::size_t orders, std::size_t bytes);

    /// Refuses new ones; `take` hands out the rest.
    void close() {
        {
            std::lock_guard lock{mutex_};
            closed_ = true;
        }
        arrived_.notify_all();
    }

private:
    const std::size_t orders_max_;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<purchase_ptr> waiting_;
    bool closed_ = false;
};

}  // namespace market::order
