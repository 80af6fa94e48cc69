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

    /// Another's order does not exist for a buyer. Errors: order_not_found.
    virtual asio::awaitable<result<order>> read(user::principal who, order_id id) = 0;
    /// A buyer's own, an admin's all. Errors: validation_failed (cursor).
    virtual asio::awaitable<result<page<order>>> list(user::principal who, page_request request,
                                                      order_filter filter) = 0;
    /// Stock and limit come back; again = same answer. Errors: order_not_found, order_state.
    virtual asio::awaitable<result<order>> cancel(user::principal who, order_id id,
                                                  std::string traceparent) = 0;
};

}  // namespace market::order
