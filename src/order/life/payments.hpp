#pragma once
/// Payments: the buyer's, those that the provider reports, and those that did not come in time. One
/// transaction under the order's row lock decides; the provider is told after its commit.
#include "life/order_steps.hpp"
#include "record/order_queries.hpp"
#include "record/payment_queries.hpp"

#include <market/order/order_service.hpp>

namespace market::order {

class payments {
public:
    explicit payments(const order_parts& parts) : parts_(parts) {}

    /// As in order_service.
    asio::awaitable<result<order>> pay(user::principal who, order_id id, std::string token,
                                       std::string traceparent);
    asio::awaitable<result<payment_receipt>> take_notice(payment_notice notice,
                                                         std::string traceparent);

    /// Expires orders whose payment is overdue, settles the debts to the provider, drops notices
    /// that were kept long enough. Any number of servers may do it at once.
    asio::awaitable<void> sweep();

private:
    /// An order as one payment of its buyer finds it.
    struct payable {
        order now;
        bool is_paid = false;  ///< by this payment, before
    };
    struct notice_outcome {
        payment_receipt receipt;
        std::vector<stock::credit> credits{};
    };
    result<payable> find_payable(db::transaction& tx, const user::principal& who, order_id id,
                                 const digest256& token, bool locked);
    result<step_outcome> record_answer(db::transaction& tx, const order& locked,
                                       authorisation answer, const digest256& token,
                                       const std::string& traceparent);
    asio::awaitable<void> release_hold(order_id id, payment_id payment);
    result<step_outcome> record_capture(db::transaction& tx, const order& locked,
                                        const std::string& traceparent);
    result<notice_outcome> take(db::transaction& tx, const payment_notice& notice,
                                const std::string& traceparent);
    result<notice_outcome> take_once(db::database& database, const payment_notice& notice,
                                     const std::string& traceparent);
    result<std::optional<step_outcome>> expire(db::transaction& tx, order_id id);
    asio::awaitable<void> expire_overdue();
    asio::awaitable<void> purge_some_notices();

    const order_parts& parts_;
    std::chrono::steady_clock::time_point next_purge_{};
};

}  // namespace market::order
