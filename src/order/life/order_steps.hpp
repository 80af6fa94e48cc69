#pragma once
/// One step in an order's life, inside the transaction that locked its row.
#include "life/order_rules.hpp"

#include <market/base/worker_pool.hpp>
#include <market/db/database.hpp>
#include <market/order/payment_provider.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/gate_rebuilder.hpp>

#include <functional>
#include <vector>

namespace market::order {

/// What the life of orders works with. All referred to outlive it.
struct life_parts {
    db::database& database;
    worker_pool& blocking;
    const wall_clock& clock;
    stock::stock_gate& gate;
    stock::gate_rebuilder& rebuilder;
    payment_provider& provider;
    std::function<void()> notify;
    std::string currency;
};

struct step {
    order_action what;
    instant at;
    std::string actor;  ///< a user's id, or `system`
    std::string traceparent;
};

/// An order after a step, and what is to be told to the gate once the step is committed.
struct stepped {
    order now;
    std::vector<stock::credit> credits{};
};

/// Moves the order on, with its delivery, its payment, its units and its one event. `locked` is the
/// order as find_order gave it with the row lock. Units of an order that is not live any more come
/// back; what was captured for it is refunded. Errors: order_state. Throws db::error.
result<stepped> take_step(db::transaction& tx, const order& locked, const step& next,
                          std::string_view currency);

/// After the commit: wakes the relay, gives the gate its units.
asio::awaitable<void> spread(const life_parts& parts, std::vector<stock::credit> credits);

/// Tells the provider what it is owed, the oldest order first, and forgets what it has heard.
/// What fails is said again by the next call: provider and record take everything twice.
asio::awaitable<void> settle_debts(const life_parts& parts);

failure no_such_order();

}  // namespace market::order
