#pragma once
#include <market/base/address.hpp>
#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/base/money.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace market::order {

enum class order_state {
    pending_payment,
    confirmed,
    preparing,
    shipped,
    delivered,
    return_requested,
    returned,
    cancelled,  ///< this and `expired`: entered before `shipped` only
    expired,
};
inline constexpr std::array order_states{
    order_state::pending_payment, order_state::confirmed, order_state::preparing,
    order_state::shipped,         order_state::delivered, order_state::return_requested,
    order_state::returned,        order_state::cancelled, order_state::expired,
};
std::string_view to_string(order_state state);

enum class payment_state { pending, captured, declined, refunded };
inline constexpr std::array payment_states{payment_state::pending, payment_state::captured,
                                           payment_state::declined, payment_state::refunded};
std::string_view to_string(payment_state state);

struct line {
    product_id product;
    std::optional<sale_id> sale;
    std::string product_name;
    std::int64_t quantity = 1;
    money unit_price;
    std::optional<std::int64_t> admission_seq;  ///< sale lines only

    /// The pool whose units it has.
    pool_id pool() const { return sale ? pool_of(*sale) : pool_of(product); }
};

struct delivery {
    std::string state;  ///< pending, cancelled
    std::optional<std::string> carrier, tracking;
    struct step {
        std::string state;
        instant at;
    };
    std::vector<step> history;
};

struct payment {
    payment_id id;
    payment_state state = payment_state::pending;
    money amount;
    std::string method;
    instant at;  ///< when it entered its state
};

struct order {
    order_id id;
    user_id user;
    order_state state = order_state::confirmed;
    std::vector<line> lines;
    money total;
    market::address address;
    instant placed_at;
    std::optional<instant> expires_at;  ///< of an order that awaits its payment, or has expired
    std::optional<market::order::payment> payment;    ///< none: the shop takes no payments
    std::optional<market::order::delivery> delivery;  ///< from confirmed on
    std::optional<std::string> return_reason;         ///< the buyer's, once a return was requested
};

/// The resource of the contract (API.md 5); also the `data` of its events.
std::string to_json(const order& value, std::string_view currency);

}  // namespace market::order
