#pragma once
/// Pure rules of an order's life: which action leads where, and until when.
#include <market/base/error.hpp>
#include <market/order/order.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>

namespace market::order {

enum class order_action {
    pay,
    prepare,
    ship,
    deliver,
    cancel,
    expire,
    request_return,
    accept_return,
};
inline constexpr std::array order_actions{
    order_action::pay,
    order_action::prepare,
    order_action::ship,
    order_action::deliver,
    order_action::cancel,
    order_action::expire,
    order_action::request_return,
    order_action::accept_return,
};

/// The state that the action leads to. An order in that state already is not changed: a repeated
/// action gets the same answer.
order_state end_of(order_action what);

/// Is the action allowed in this state? Never in its own end state.
bool may(order_action what, order_state from);

/// Do the order's units count as sold?
bool is_live(order_state state);

/// `market.order.shipped.v1`: entering a state is one event.
std::string event_of(order_state entered);

/// Is it too late to ask for a return? `delivered`: when the order was.
bool return_window_closed(instant delivered, instant now, std::chrono::days window);

/// The action that moves the delivery of an order in this state on; none: it stays as it is.
std::optional<order_action> next_delivery(order_state state);

/// The refusal of an action that the order's state does not allow.
failure not_in_this_state(order_state state);

}  // namespace market::order
