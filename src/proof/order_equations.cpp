#include "equations.hpp"

namespace market::proof {
namespace {

constexpr equation order_equations[] = {
    {"orders_have_their_lines", "orders", "line_count is {is}, it has {should} lines",
     "SELECT COUNT(*) FROM orders",
     "SELECT o.id, NULL, NULL, o.line_count, COALESCE(l.n, 0) FROM orders o"
     " LEFT JOIN (SELECT order_id, COUNT(*) AS n FROM order_lines GROUP BY order_id) l"
     "   ON l.order_id = o.id"
     " WHERE o.line_count < 1 OR o.line_count <> COALESCE(l.n, 0)"},

    {"order_lines_are_there", "order_lines", "{is} of the order's {should} lines are there",
     "SELECT COUNT(*) FROM order_lines",
     "SELECT o.id, NULL, NULL, COALESCE(l.n, 0), o.line_count FROM orders o"
     " LEFT JOIN (SELECT order_id, COUNT(*) AS n FROM order_lines GROUP BY order_id) l"
     "   ON l.order_id = o.id"
     " WHERE COALESCE(l.n, 0) < o.line_count"},

    {"order_total_is_its_lines", "orders", "total is {is}, its lines sum to {should}",
     "SELECT COUNT(*) FROM orders",
     "SELECT o.id, NULL, NULL, o.total, COALESCE(l.amount, 0) FROM orders o"
     " LEFT JOIN (SELECT order_id, CAST(SUM(quantity * unit_price) AS SIGNED) AS amount"
     "            FROM order_lines GROUP BY order_id) l ON l.order_id = o.id"
     " WHERE o.total <> COALESCE(l.amount, 0)"},

    {"order_lines_have_orders", "orders", "the order of a line is missing",
     "SELECT COUNT(*) FROM order_lines",
     "SELECT DISTINCT l.order_id, NULL, NULL, NULL, NULL FROM order_lines l"
     " LEFT JOIN orders o ON o.id = l.order_id WHERE o.id IS NULL"},

    {"order_lines_name_their_pool", "order_lines", "there is no pool of its sale and product",
     "SELECT COUNT(*) FROM order_lines",
     "SELECT l.order_id, NULL, l.line_no, NULL, NULL FROM order_lines l"
     " LEFT JOIN pools g ON g.id = COALESCE(l.sale_id, l.product_id)"
     "   AND g.product_id = l.product_id"
     " WHERE g.id IS NULL"},

    {"orders_have_purchase_keys", "purchase_keys",
     "the order's key row is missing or names another order",
     "SELECT COUNT(*) FROM orders WHERE rid IS NOT NULL",
     "SELECT o.id, NULL, NULL, NULL, NULL FROM orders o"
     " LEFT JOIN purchase_keys k ON k.rid = o.rid"
     " WHERE o.rid IS NOT NULL AND (k.order_id IS NULL OR k.order_id <> o.id)"},

    {"purchase_keys_have_orders", "orders", "the order of a purchase key is missing",
     "SELECT COUNT(*) FROM purchase_keys WHERE order_id IS NOT NULL",
     "SELECT k.order_id, NULL, NULL, NULL, NULL FROM purchase_keys k"
     " LEFT JOIN orders o ON o.id = k.order_id"
     " WHERE k.order_id IS NOT NULL AND o.id IS NULL"},

    {"purchase_keys_are_their_orders", "purchase_keys",
     "its order is another buyer's, or has another key or none",
     "SELECT COUNT(*) FROM purchase_keys WHERE order_id IS NOT NULL",
     "SELECT k.rid, NULL, NULL, NULL, NULL FROM purchase_keys k JOIN orders o ON o.id = k.order_id"
     " WHERE o.user_id <> k.user_id OR o.rid IS NULL OR o.rid <> k.rid"},

    {"void_keys_have_no_order", "purchase_keys", "it is void and not void at once",
     "SELECT COUNT(*) FROM purchase_keys",
     "SELECT rid, NULL, NULL, NULL, NULL FROM purchase_keys"
     " WHERE (order_id IS NULL) <> (reply IS NULL) OR (order_id IS NULL) <> (sale_id IS NOT NULL)"},

    {"void_keys_are_counted", "purchase_keys", "{is} void rows are there, {should} were counted",
     "SELECT COUNT(*) FROM purchase_keys WHERE order_id IS NULL",
     "SELECT NULL, NULL, NULL, k.n, t.voids"
     " FROM (SELECT COUNT(*) AS n FROM purchase_keys WHERE order_id IS NULL) k"
     " JOIN purchase_key_totals t ON t.id = 1 WHERE k.n <> t.voids"},

    {"purchase_key_totals_is_one_row", "purchase_key_totals", "{is} rows of {should} are there",
     "SELECT COUNT(*) FROM purchase_key_totals",
     "SELECT NULL, NULL, 1, k.n, 1"
     " FROM (SELECT COUNT(*) AS n, SUM(CASE id WHEN 1 THEN 0 ELSE 1 END) AS others"
     "       FROM purchase_key_totals) k"
     " WHERE k.n <> 1 OR k.others <> 0"},

    {"events_are_published_or_waiting", "outbox",
     "orders, sales and pools counted {is} events, {should} are published or waiting",
     "SELECT COUNT(*) FROM outbox",
     "SELECT NULL, NULL, NULL, o.n, r.published + w.n"
     " FROM (SELECT CAST(COALESCE(SUM(events), 0) AS SIGNED) AS n FROM"
     "       (SELECT events FROM orders UNION ALL SELECT events FROM sales"
     "        UNION ALL SELECT events FROM pools) each_of) o"
     " JOIN (SELECT COUNT(*) AS n FROM outbox) w ON 1 = 1"
     " JOIN outbox_relay r ON r.id = 1"
     " WHERE o.n <> r.published + w.n"},

    {"outbox_relay_is_one_row", "outbox_relay", "{is} rows of {should} are there",
     "SELECT COUNT(*) FROM outbox_relay",
     "SELECT NULL, NULL, 1, k.n, 1"
     " FROM (SELECT COUNT(*) AS n, SUM(CASE id WHEN 1 THEN 0 ELSE 1 END) AS others"
     "       FROM outbox_relay) k"
     " WHERE k.n <> 1 OR k.others <> 0"},
};

}  // namespace

std::span<const equation> equations_of_orders() { return order_equations; }

}  // namespace market::proof
