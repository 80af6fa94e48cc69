#pragma once
/// Deliveries that go on by themselves, where nobody tells how far they are
/// (`orders.auto_delivery_seconds`).
#include "life/order_steps.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace market::order {

class auto_delivery {
public:
    /// `stay`: how long a delivery remains in a state.
    auto_delivery(const life_parts& parts, std::chrono::seconds stay)
        : parts_(parts), stay_(stay) {}

    /// Moves each delivery that has stayed long enough one state on, as an admin would. Any number
    /// of servers may do it at once.
    asio::awaitable<void> sweep();

private:
    result<std::vector<order_id>> find_due();
    result<std::optional<stepped>> move_on(order_id id);

    const life_parts& parts_;
    const std::chrono::seconds stay_;
};

}  // namespace market::order
