#pragma once
/// Orders after the purchase: read, list, cancel, deliver, return.
#include "life/order_steps.hpp"
#include "record/order_queries.hpp"

#include <market/order/order_service.hpp>

namespace market::order {

class order_life {
public:
    order_life(const order_parts& parts, std::chrono::days return_window)
        : parts_(parts), return_window_(return_window) {}

    /// As in order_service.
    asio::awaitable<result<order>> read(user::principal who, order_id id);
    asio::awaitable<result<page<order>>> list(user::principal who, page_request request,
                                              order_filter filter);
    asio::awaitable<result<order>> cancel(user::principal who, order_id id,
                                          std::string traceparent);
    asio::awaitable<result<order>> set_delivery(user::principal who, order_id id,
                                                delivery_change change, std::string traceparent);
    asio::awaitable<result<order>> request_return(user::principal who, order_id id,
                                                  std::string reason, std::string traceparent);
    asio::awaitable<result<order>> accept_return(user::principal who, order_id id,
                                                 std::string traceparent);

private:
    /// Locks the order, checks it, records what belongs to the action and, unless the order is at
    /// the action's end already, takes the step. `check` (the locked order, now) may refuse,
    /// whatever the state; `record` gets (tx, the locked order, now).
    template <class Check, class Record>
    asio::awaitable<result<order>> act(user::principal who, order_id id, order_action what,
                                       std::string traceparent, Check check, Record record);

    const order_parts& parts_;
    std::chrono::days return_window_;
};

}  // namespace market::order
