#pragma once
#include "order_parts.hpp"
#include "purchase/purchase_queue.hpp"
#include "purchase/request_coalescer.hpp"

namespace market::order {

/// Takes in purchases: one run for each, or for each group of requests with one purchase key.
/// Thread-safe.
class order_placement {
public:
    /// `queue`: the writer's.
    order_placement(const order_parts& parts, purchase_queue& queue)
        : parts_(parts), queue_(queue) {}

    /// As in order_service.
    asio::awaitable<result<purchase_reply>> place(purchase_request request);

private:
    asio::awaitable<result<purchase_reply>> answer(purchase_request request);
    asio::awaitable<result<purchase_reply>> buy_once(cart wanted);
    asio::awaitable<result<purchase_reply>> buy(cart wanted);

    const order_parts& parts_;
    purchase_queue& queue_;
    request_coalescer coalescer_;
};

}  // namespace market::order
