#include "purchase/purchase_queue.hpp"

#include "purchase/purchase_metrics.hpp"

namespace market::order {

namespace {

/// About what a purchase adds to the SQL of its batch: its JSON twice (reply and event) and rows.
std::size_t record_bytes(const cart& of) {
    constexpr std::size_t head = 1'500, per_line = 1'200;
    return head + of.lines.size() * per_line;
}

}  // namespace

bool purchase_queue::push(purchase_ptr wanted) {
    {
        std::lock_guard lock{mutex_};
        if (closed_ || waiting_.size() >= orders_max_) return false;
        waiting_.push_back(std::move(wanted));
        set_queue_length(waiting_.size());
    }
    arrived_.notify_one();
    return true;
}

std::vector<purchase_ptr> purchase_queue::take(std::size_t orders, std::size_t bytes) {
    std::vector<purchase_ptr> out;
    std::unique_lock lock{mutex_};
    while (out.empty()) {
        arrived_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
        if (waiting_.empty()) return out;
        std::size_t taken_bytes = 0;
        while (!waiting_.empty() && out.size() < orders && taken_bytes < bytes) {
            auto next = std::move(waiting_.front());
            waiting_.pop_front();
            if (!next->move_on(purchase::stage::taken)) continue;
            taken_bytes += record_bytes(next->what);
            out.push_back(std::move(next));
        }
        set_queue_length(waiting_.size());
    }
    return out;
}

}  // namespace market::order
