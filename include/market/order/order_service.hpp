#pragma once
#include <market/base/page.hpp>
#include <market/order/order.hpp>
#include <market/user/account.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace market::order {

namespace asio = boost::asio;

struct wanted_line {
    std::variant<sale_id, product_id> thing;
    std::int64_t quantity = 1;
};

struct purchase_request {
    user_id buyer;
    std::vector<wanted_line> lines;              ///< 1-20, no thing twice
    std::optional<market::address> address;      ///< none: the profile's
    std::optional<std::string> idempotency_key;  ///< 1-255 visible ASCII, quotes removed
    std::string traceparent;
    deadline until;
    bool profile_may_lack_address =
        false;  ///< for admins: their profile may have no address, so it is read first
};

struct purchase_reply {
    order_id id;
    std::string body;  ///< byte for byte what the first 201 had
    bool replayed = false;
};

struct order_filter {
    std::optional<order_state> state;
    std::optional<user_id> user;  ///< admin only
    std::optional<sale_id> sale;  ///< admin only
};

enum class delivery_step { preparing, shipped, delivered };

struct delivery_change {
    delivery_step to = delivery_step::preparing;
    std::optional<std::string> carrier, tracking;  ///< none: as they are
};

/// What the payment provider reports about an order.
struct payment_notice {
    std::string id;  ///< of the notice, the provider's own; 1-200 visible ASCII
    enum class what { captured, declined } kind = what::captured;
    order_id order;
    instant at;
};
std::string_view to_string(payment_notice::what kind);

/// The answer to a notice; the same for the same id.
struct payment_receipt {
    std::string id;
    order_id order;
    payment_state state = payment_state::pending;  ///< of the payment, after the notice
};
std::string to_json(const payment_receipt& value);

inline failure no_such_order() { return {errc::order_not_found, "there is no such order"}; }

/// The purchase and the life of orders. Thread-safe.
class order_service {
public:
    virtual ~order_service() = default;

    /// Buys all lines or none, once per (buyer, key). A refusal made no order.
    /// Errors, one culprit named in `culprits[0].at` = /lines/N: sale_not_found, product_not_found,
    /// sale_not_open (fact opens_at), sale_paused, sale_ended, purchase_limit (facts limit,
    /// remaining), sold_out (fact remaining), out_of_stock; validation_failed `/address` (no
    /// profile address either); idempotency_key_reused, idempotency_in_flight, attempt_void;
    /// overloaded, gate_unavailable, database_unavailable (no order); outcome_unknown (ask again
    /// with the same key).
    virtual asio::awaitable<result<purchase_reply>> place(purchase_request request) = 0;

    /// Errors: order_not_found (a buyer gets it for the orders of others, too, in every call).
    virtual asio::awaitable<result<order>> read(user::principal who, order_id id) = 0;
    /// A buyer's own orders; for an admin, all. Errors: validation_failed (cursor).
    virtual asio::awaitable<result<page<order>>> list(user::principal who, page_request request,
                                                      order_filter filter) = 0;
    /// The units come back to stock and to the buyer's limit. Again: the same answer.
    /// Errors: order_not_found, order_state.
    virtual asio::awaitable<result<order>> cancel(user::principal who, order_id id,
                                                  std::string traceparent) = 0;

    /// Moves a delivery forward; steps may be skipped. To the state that it is in already: changes
    /// carrier and tracking. For admins. Errors: order_not_found, order_state.
    virtual asio::awaitable<result<order>> set_delivery(user::principal who, order_id id,
                                                        delivery_change change,
                                                        std::string traceparent) = 0;
    /// Of a delivered order, by its buyer. Again: the same answer. Errors: order_not_found,
    /// forbidden (an admin who is not the buyer), order_state, return_window_closed.
    virtual asio::awaitable<result<order>> request_return(user::principal who, order_id id,
                                                          std::string reason,
                                                          std::string traceparent) = 0;
    /// The units come back to stock and to the buyer's limit, the money to the buyer. Again: the
    /// same answer. For admins. Errors: order_not_found, order_state.
    virtual asio::awaitable<result<order>> accept_return(user::principal who, order_id id,
                                                         std::string traceparent) = 0;

    /// Pays an order that awaits its payment, by its buyer. The same token again: the same answer.
    /// A declined order may be paid with another token until it expires. Errors: order_not_found,
    /// forbidden (an admin who is not the buyer), payment_declined, order_expired (nothing was
    /// captured), order_state.
    virtual asio::awaitable<result<order>> pay(user::principal who, order_id id, std::string token,
                                               std::string traceparent) = 0;
    /// A notice of the provider; its signature was checked. A capture for an order that does not
    /// await its payment any more is refunded. Errors: order_not_found, order_state (the order
    /// never had to be paid).
    virtual asio::awaitable<result<payment_receipt>> take_notice(payment_notice notice,
                                                                 std::string traceparent) = 0;
};

}  // namespace market::order
