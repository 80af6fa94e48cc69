#pragma once
/// Deliveries that move on by themselves, in a shop to which nobody reports how far they are
/// (`orders.auto_delivery_seconds`).
#include "life/order_steps.hpp"

#include <chrono>

namespace market::order {

class auto_delivery {
public:
    /// `stay`: how long a delivery remains in a state.
    auto_delivery(const order_parts& parts, std::chrono::seconds stay)
        : parts_(parts), stay_(stay) {}

    /// Moves each delivery that has stayed long enough to its next state, as an admin would. Any
    /// number of servers may do it at once.
    asio::awaitable<void> sweep();

private:
    result<void> move_on(db::transaction& tx, order_id id) const;

    const order_parts& parts_;
    const std::chrono::seconds stay_;
};

}  // namespace market::order
