#pragma once
#include <market/base/clock.hpp>
#include <market/db/async_database.hpp>
#include <market/order/payment_provider.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/gate_rebuilder.hpp>

#include <functional>
#include <string>

namespace market::order {

/// What the classes of this module work with. Each gets it by reference, and then what is its own.
/// It outlives them, and all that it refers to outlives it.
struct order_parts {
    db::async_database database;
    const wall_clock& clock;
    stock::stock_gate& gate;
    stock::gate_rebuilder& rebuilder;
    payment_provider& provider;
    std::function<void()> notify;  ///< as make_order_module
    std::string currency;
};

}  // namespace market::order
