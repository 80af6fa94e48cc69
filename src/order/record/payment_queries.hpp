#pragma once
/// The SQL of payments and payment_notices. All functions work in the caller's transaction, which
/// holds the row lock of the order where a state changes, and throw db::error.
#include <market/base/crypto.hpp>
#include <market/db/transaction.hpp>
#include <market/order/order.hpp>
#include <market/order/order_service.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace market::order {

/// Why money went back; stays with the payment.
enum class refund_reason {
    order_cancelled,
    order_returned,
    captured_after_expiry,
    captured_after_cancel,
};
std::string_view to_string(refund_reason why);

/// Rows of those orders that have to be paid.
void insert_payments(db::transaction& tx, std::span<const order* const> orders);

/// The digest of the token that the payment was last tried with.
std::optional<digest256> token_of(db::transaction& tx, order_id order);

/// Who captured: the record, which owes it to the provider, or the provider itself.
enum class captured_by { record, provider };
/// Only of a payment that is awaited; false: it was not.
bool capture_payment(db::transaction& tx, order_id order, captured_by whom,
                     const std::optional<digest256>& token, instant at);
/// Likewise; the payment stays awaited.
bool decline_payment(db::transaction& tx, order_id order, const std::optional<digest256>& token,
                     instant at);
void stop_awaiting(db::transaction& tx, order_id order);
/// Any that was not refunded before; false: it was. The record owes the refund to the provider.
bool refund_payment(db::transaction& tx, order_id order, refund_reason why, instant at);

/// Orders whose payment is awaited and was due by `now`, the longest overdue first.
std::vector<order_id> overdue_orders(db::transaction& tx, instant now, std::size_t max);

/// What the record owes the provider: the call of a refund, if there is a reason, or of a capture.
struct payment_debt {
    order_id order;
    payment_id payment;
    std::optional<std::string> refund_reason;
};
std::vector<payment_debt> payment_debts(db::transaction& tx, std::size_t max);
/// Only that debt: one that took its place meanwhile stays.
void forget_debt(db::transaction& tx, const payment_debt& settled);

/// What was answered to the provider's notice of this id, if it came before.
std::optional<payment_receipt> find_notice(db::transaction& tx, const std::string& id);
/// A notice that is there already throws unique_violation.
void insert_notice(db::transaction& tx, const payment_notice& notice, payment_state answer,
                   instant at);
/// Drops those that were taken before `before`, at most `max`; how many it found.
std::size_t purge_notices(db::transaction& tx, instant before, std::size_t max);

}  // namespace market::order
