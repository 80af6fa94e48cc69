#pragma once
/// Payments: the buyer's, what the provider reports, and what was not paid in time. What becomes of
/// an order is decided in one transaction that holds its row lock; the provider is told after it.
#include "life/order_steps.hpp"
#include "record/order_queries.hpp"
#include "record/payment_queries.hpp"

#include <market/order/order_service.hpp>

namespace market::order {

class payment_desk {
public:
    explicit payment_desk(const life_parts& parts) : parts_(parts) {}

    /// As in order_service.
    asio::awaitable<result<order>> pay(user::principal who, order_id id, std::string token,
                                       std::string traceparent);
    asio::awaitable<result<payment_receipt>> take_notice(payment_notice told,
                                                         std::string traceparent);

    /// Orders whose payment is overdue expire, as a cancel; the provider gets what it is owed;
    /// notices that were kept long enough are dropped. Any number of servers may do it at once.
    asio::awaitable<void> sweep();

private:
    /// How far a payment is.
    enum class standing { awaited, paid };
    struct look {
        order now;
        standing is = standing::awaited;
    };
    struct noted {
        payment_receipt answer;
        stepped after;
    };
    result<look> look_at(db::transaction& tx, const user::principal& who, order_id id,
                         const digest256& token, bool locked);
    result<stepped> decide(db::transaction& tx, const look& at, authorisation said,
                           const digest256& token, const std::string& traceparent);
    asio::awaitable<void> let_go(order_id id, payment_id payment);
    result<noted> note(db::transaction& tx, const payment_notice& told,
                       const std::string& traceparent);
    result<noted> note_once(const payment_notice& told, const std::string& traceparent);
    result<stepped> note_captured(db::transaction& tx, const order& locked,
                                  const std::string& traceparent);
    result<std::vector<order_id>> find_overdue();
    result<std::optional<stepped>> expire(order_id id);
    asio::awaitable<void> expire_overdue();
    asio::awaitable<void> purge_some_notices();

    const life_parts& parts_;
    std::chrono::steady_clock::time_point next_purge_{};
};

}  // namespace market::order
