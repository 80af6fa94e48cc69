#pragma once
/// Puts right what faults leave behind: gates that are not open, holds whose request is over,
/// credits that the gate does not have. Begins and ends sales by the clock, and purges purchase
/// keys that were kept long enough.
#include "order_parts.hpp"
#include "record/order_queries.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace market::order {

class sweeper {
public:
    /// `hold_age_min`: the request deadline; younger holds are in use.
    sweeper(const order_parts& parts, std::chrono::milliseconds hold_age_min)
        : parts_(parts), hold_age_min_(hold_age_min) {}

    /// One round. Faults of one sale do not keep it from the others.
    asio::awaitable<void> sweep();

private:
    asio::awaitable<void> begin_sales();
    asio::awaitable<void> end_sales();
    asio::awaitable<void> remove_old_gates();
    asio::awaitable<void> open_gates(std::vector<sale_id>& open);
    asio::awaitable<void> settle_holds(sale_id sale);
    asio::awaitable<void> give_credits();
    asio::awaitable<void> purge_some_keys();

    const order_parts& parts_;
    const std::chrono::milliseconds hold_age_min_;
    std::chrono::steady_clock::time_point next_purge_{};
    std::optional<old_key> purged_up_to_;
};

}  // namespace market::order
