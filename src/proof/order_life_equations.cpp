#include "equations.hpp"

namespace market::proof {
namespace {

// The events of an order without a payment: `created`, one for each state of its delivery, one when
// it was cancelled or expired, and those of a return.
#define EVENTS_WITHOUT_PAYMENT                                                    \
    "(1 + (d.preparing_at IS NOT NULL) + (d.shipped_at IS NOT NULL)"              \
    " + (d.delivered_at IS NOT NULL)"                                             \
    " + CASE WHEN o.state IN ('cancelled', 'expired', 'return_requested') THEN 1" \
    "        WHEN o.state = 'returned' THEN 2 ELSE 0 END)"

constexpr equation order_life_equations[] = {
    {"order_events_follow_its_state", "orders", "events is {is}, its life made {should}",
     "SELECT COUNT(*) FROM orders",
     // A paid order was also `confirmed`, which is when it got its delivery.
     "SELECT o.id, NULL, NULL, o.events, " EVENTS_WITHOUT_PAYMENT
     "   + (p.order_id IS NOT NULL AND d.order_id IS NOT NULL)"
     " FROM orders o LEFT JOIN deliveries d ON d.order_id = o.id"
     " LEFT JOIN payments p ON p.order_id = o.id"
     " WHERE o.events <> " EVENTS_WITHOUT_PAYMENT
     "   + (p.order_id IS NOT NULL AND d.order_id IS NOT NULL)"},

    {"orders_have_deliveries", "deliveries", "the order's delivery is missing",
     "SELECT COUNT(*) FROM orders",
     // An order that was never confirmed has no delivery. One that was refunded for a cancel had
     // been confirmed.
     "SELECT o.id, NULL, NULL, NULL, NULL FROM orders o"
     " LEFT JOIN deliveries d ON d.order_id = o.id LEFT JOIN payments p ON p.order_id = o.id"
     " WHERE d.order_id IS NULL AND o.state NOT IN ('pending_payment', 'expired')"
     "   AND NOT (o.state = 'cancelled' AND p.order_id IS NOT NULL"
     "            AND COALESCE(p.refund_reason, '') <> 'order_cancelled')"},

    {"deliveries_have_orders", "orders", "the order of a delivery is missing",
     "SELECT COUNT(*) FROM deliveries",
     "SELECT d.order_id, NULL, NULL, NULL, NULL FROM deliveries d"
     " LEFT JOIN orders o ON o.id = d.order_id WHERE o.id IS NULL"},

    {"deliveries_follow_their_orders", "deliveries", "its state is not that of its order",
     "SELECT COUNT(*) FROM deliveries",
     "SELECT d.order_id, NULL, NULL, NULL, NULL FROM deliveries d"
     " JOIN orders o ON o.id = d.order_id"
     " WHERE d.state <> CASE WHEN o.state = 'confirmed' THEN 'pending'"
     "                       WHEN o.state IN ('return_requested', 'returned') THEN 'delivered'"
     "                       ELSE o.state END"},

    {"deliveries_follow_their_history", "deliveries", "its state is not the last of its history",
     "SELECT COUNT(*) FROM deliveries",
     "SELECT order_id, NULL, NULL, NULL, NULL FROM deliveries"
     " WHERE state <> CASE WHEN cancelled_at IS NOT NULL THEN 'cancelled'"
     "                     WHEN delivered_at IS NOT NULL THEN 'delivered'"
     "                     WHEN shipped_at IS NOT NULL THEN 'shipped'"
     "                     WHEN preparing_at IS NOT NULL THEN 'preparing'"
     "                     ELSE 'pending' END"
     "    OR (cancelled_at IS NOT NULL AND COALESCE(delivered_at, shipped_at) IS NOT NULL)"},

    {"orders_have_payments", "payments", "the order's payment is missing",
     "SELECT COUNT(*) FROM orders",
     // An order had a payment if its state says so, if its delivery never began, or if it has the
     // event of being paid.
     "SELECT o.id, NULL, NULL, NULL, NULL FROM orders o"
     " LEFT JOIN deliveries d ON d.order_id = o.id LEFT JOIN payments p ON p.order_id = o.id"
     " WHERE p.order_id IS NULL"
     "   AND (o.state IN ('pending_payment', 'expired') OR d.order_id IS NULL"
     "        OR o.events > " EVENTS_WITHOUT_PAYMENT ")"},

    {"payments_have_orders", "orders", "the order of a payment is missing",
     "SELECT COUNT(*) FROM payments",
     "SELECT p.order_id, NULL, NULL, NULL, NULL FROM payments p"
     " LEFT JOIN orders o ON o.id = p.order_id WHERE o.id IS NULL"},

    {"payments_are_of_their_orders_total", "payments", "amount is {is}, the order's total {should}",
     "SELECT COUNT(*) FROM payments",
     "SELECT p.order_id, NULL, NULL, p.amount, o.total FROM payments p"
     " JOIN orders o ON o.id = p.order_id WHERE p.amount <> o.total"},

    {"payments_follow_their_orders", "payments", "its state is none of an order in that state",
     "SELECT COUNT(*) FROM payments",
     // Captured while the order is confirmed and live; refunded, or never captured, once it ended.
     "SELECT p.order_id, NULL, NULL, NULL, NULL FROM payments p"
     " JOIN orders o ON o.id = p.order_id"
     " WHERE CASE WHEN o.state = 'pending_payment' THEN p.state IN ('pending', 'declined')"
     "            WHEN o.state IN ('cancelled', 'expired')"
     "              THEN p.state IN ('pending', 'declined', 'refunded')"
     "            WHEN o.state = 'returned' THEN p.state = 'refunded'"
     "            ELSE p.state = 'captured' END = 0"
     "    OR (p.awaited <> 0) <> (o.state = 'pending_payment')"},

    {"cancelled_payments_are_refunded", "payments", "the order was paid, cancelled, not refunded",
     "SELECT COUNT(*) FROM payments",
     // A delivery is there: the order was confirmed, so it was paid.
     "SELECT p.order_id, NULL, NULL, NULL, NULL FROM payments p"
     " JOIN orders o ON o.id = p.order_id JOIN deliveries d ON d.order_id = o.id"
     " WHERE o.state = 'cancelled'"
     "   AND COALESCE(p.refund_reason, '') <> 'order_cancelled'"},

    {"refunds_have_reasons", "payments", "refunded without a reason, or a reason without a refund",
     "SELECT COUNT(*) FROM payments",
     "SELECT order_id, NULL, NULL, NULL, NULL FROM payments"
     " WHERE (state = 'refunded') <> (refund_reason IS NOT NULL)"
     "    OR (owed = 'capture' AND state <> 'captured') OR (owed = 'refund' AND state <> "
     "'refunded')"},

    {"returns_are_there", "order_returns", "the order's return is missing",
     "SELECT COUNT(*) FROM order_returns",
     "SELECT o.id, NULL, NULL, NULL, NULL FROM orders o"
     " LEFT JOIN order_returns r ON r.order_id = o.id"
     " WHERE o.state IN ('return_requested', 'returned') AND r.order_id IS NULL"},

    {"returns_follow_their_orders", "order_returns", "its order is not returned, or not yet",
     "SELECT COUNT(*) FROM order_returns",
     "SELECT r.order_id, NULL, NULL, NULL, NULL FROM order_returns r"
     " LEFT JOIN orders o ON o.id = r.order_id"
     " WHERE COALESCE(o.state, '') <>"
     "   CASE WHEN r.accepted_at IS NULL THEN 'return_requested' ELSE 'returned' END"},

    {"payment_notices_have_payments", "payment_notices", "there is no payment of its order",
     "SELECT COUNT(*) FROM payment_notices",
     "SELECT n.order_id, NULL, NULL, NULL, NULL FROM payment_notices n"
     " LEFT JOIN payments p ON p.order_id = n.order_id WHERE p.order_id IS NULL"},
};

#undef EVENTS_WITHOUT_PAYMENT

}  // namespace

std::span<const equation> equations_of_order_life() { return order_life_equations; }

}  // namespace market::proof
