#pragma once
/// One step in an order's life, inside the transaction that locked its row.
#include "life/order_rules.hpp"
#include "order_parts.hpp"

#include <vector>

namespace market::order {

struct step {
    order_action what;
    instant at;
    std::string actor;  ///< a user's id, or `system`
    std::string traceparent;
};

/// An order after a step, and the units that the gate gets back once the step is committed.
struct step_outcome {
    order now;
    std::vector<stock::credit> credits{};
};

/// Moves the order on, with its delivery, its payment, its units and its one event. `locked` is the
/// order as find_order gave it with the row lock. When the order ends, its units come back and what
/// was captured for it is refunded. Errors: order_state. Throws db::error.
result<step_outcome> take_step(db::transaction& tx, const order& locked, const step& next,
                               std::string_view currency);

/// After the commit: gives the gate its units, wakes the relay.
asio::awaitable<void> finish_step(const order_parts& parts, std::vector<stock::credit> credits);

/// Makes the captures and refunds that the record owes the provider, and strikes those that were
/// made. The next call repeats what fails: provider and record take everything twice.
asio::awaitable<void> settle_debts(const order_parts& parts);

}  // namespace market::order
