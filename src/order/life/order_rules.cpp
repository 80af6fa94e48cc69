#include "life/order_rules.hpp"

#include <algorithm>

namespace market::order {

namespace {

using enum order_state;

struct edge {
    order_action what;
    order_state from;
};

// Delivery goes forward only, steps may be skipped; a cancel comes before `shipped`.
constexpr std::array edges{
    edge{order_action::pay, pending_payment},
    edge{order_action::prepare, confirmed},
    edge{order_action::ship, confirmed},
    edge{order_action::ship, preparing},
    edge{order_action::deliver, confirmed},
    edge{order_action::deliver, preparing},
    edge{order_action::deliver, shipped},
    edge{order_action::cancel, pending_payment},
    edge{order_action::cancel, confirmed},
    edge{order_action::cancel, preparing},
    edge{order_action::expire, pending_payment},
    edge{order_action::request_return, delivered},
    edge{order_action::accept_return, return_requested},
};

}  // namespace

order_state end_of(order_action what) {
    switch (what) {
        case order_action::pay: return confirmed;
        case order_action::prepare: return preparing;
        case order_action::ship: return shipped;
        case order_action::deliver: return delivered;
        case order_action::cancel: return cancelled;
        case order_action::expire: return expired;
        case order_action::request_return: return return_requested;
        case order_action::accept_return: return returned;
    }
    return cancelled;
}

bool may(order_action what, order_state from) {
    return std::any_of(edges.begin(), edges.end(),
                       [&](const edge& each) { return each.what == what && each.from == from; });
}

bool is_live(order_state state) {
    return state != cancelled && state != expired && state != returned;
}

std::string event_of(order_state entered) {
    return "market.order." + std::string{to_string(entered)} + ".v1";
}

bool return_window_closed(instant delivered, instant now, std::chrono::days window) {
    return now > delivered + window;
}

std::optional<order_action> next_delivery(order_state state) {
    switch (state) {
        case confirmed: return order_action::prepare;
        case preparing: return order_action::ship;
        case shipped: return order_action::deliver;
        case pending_payment:
        case delivered:
        case return_requested:
        case returned:
        case cancelled:
        case expired: break;
    }
    return std::nullopt;
}

failure not_in_this_state(order_state state) {
    return {errc::order_state,
            "the order is " + std::string{to_string(state)} + ", which does not allow this"};
}

}  // namespace market::order
