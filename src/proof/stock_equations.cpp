#include "equations.hpp"

namespace market::proof {
namespace {

constexpr equation stock_equations[] = {
    {"products_have_general_pools", "pools", "the product's general pool is missing",
     "SELECT COUNT(*) FROM products",
     "SELECT p.id, NULL, NULL, NULL, NULL FROM products p"
     " LEFT JOIN pools g ON g.id = p.id AND g.product_id = p.id AND g.sale_id IS NULL"
     " WHERE g.id IS NULL"},

    {"pools_have_products", "products", "the product of a pool is missing",
     "SELECT COUNT(*) FROM pools",
     "SELECT DISTINCT g.product_id, NULL, NULL, NULL, NULL FROM pools g"
     " LEFT JOIN products p ON p.id = g.product_id WHERE p.id IS NULL"},

    {"pools_are_named_after_their_owner", "pools", "its id is neither its sale's nor its product's",
     "SELECT COUNT(*) FROM pools",
     "SELECT id, NULL, NULL, NULL, NULL FROM pools WHERE id <> COALESCE(sale_id, product_id)"},

    {"sales_have_pools", "pools", "the sale's pool is missing", "SELECT COUNT(*) FROM sales",
     "SELECT s.id, NULL, NULL, NULL, NULL FROM sales s"
     " LEFT JOIN pools g ON g.id = s.id AND g.sale_id = s.id AND g.product_id = s.product_id"
     " WHERE g.id IS NULL"},

    {"sale_pools_have_sales", "sales", "the sale of a pool is missing",
     "SELECT COUNT(*) FROM pools WHERE sale_id IS NOT NULL",
     "SELECT g.sale_id, NULL, NULL, NULL, NULL FROM pools g"
     " LEFT JOIN sales s ON s.id = g.sale_id AND s.product_id = g.product_id"
     " WHERE g.sale_id IS NOT NULL AND s.id IS NULL"},

    {"sales_close_with_their_pools", "sales", "sale and pool disagree on being closed",
     "SELECT COUNT(*) FROM sales",
     "SELECT s.id, NULL, NULL, NULL, NULL FROM sales s JOIN pools g ON g.id = s.id"
     " WHERE (s.closed_at IS NOT NULL) <> (g.closed <> 0)"},

    {"general_pools_stay_open", "pools", "a product's general pool is closed",
     "SELECT COUNT(*) FROM pools WHERE sale_id IS NULL",
     "SELECT id, NULL, NULL, NULL, NULL FROM pools WHERE sale_id IS NULL AND closed <> 0"},

    {"sale_quantity_is_allocated", "sales", "quantity is {is}, its pool was allocated {should}",
     "SELECT COUNT(*) FROM sales",
     "SELECT s.id, NULL, NULL, s.quantity, COALESCE(m.units, 0) FROM sales s"
     " LEFT JOIN (SELECT pool_id, CAST(SUM(delta) AS SIGNED) AS units FROM stock_movements"
     "            WHERE kind = 'allocated' GROUP BY pool_id) m ON m.pool_id = s.id"
     " WHERE s.quantity <> COALESCE(m.units, 0)"},

    {"pool_total_is_its_movements", "pools", "total is {is}, its movements sum to {should}",
     "SELECT COUNT(*) FROM pools",
     "SELECT g.id, NULL, NULL, g.total, COALESCE(m.units, 0) FROM pools g"
     " LEFT JOIN (SELECT pool_id, CAST(SUM(delta) AS SIGNED) AS units FROM stock_movements"
     "            GROUP BY pool_id) m ON m.pool_id = g.id"
     " WHERE g.total <> COALESCE(m.units, 0)"},

    {"pool_sold_is_its_live_lines", "pools", "sold is {is}, live order lines sum to {should}",
     "SELECT COUNT(*) FROM pools",
     "SELECT g.id, NULL, NULL, g.sold, COALESCE(l.units, 0) FROM pools g"
     " LEFT JOIN (SELECT COALESCE(t.sale_id, t.product_id) AS pool_id,"
     "                   CAST(SUM(t.quantity) AS SIGNED) AS units"
     "            FROM order_lines t JOIN orders o ON o.id = t.order_id"
     "            WHERE o.state NOT IN ('cancelled', 'expired', 'returned')"
     "            GROUP BY COALESCE(t.sale_id, t.product_id)) l ON l.pool_id = g.id"
     " WHERE g.sold <> COALESCE(l.units, 0)"},

    {"sale_events_follow_its_state", "sales", "events is {is}, its state makes {should}",
     "SELECT COUNT(*) FROM sales",
     "SELECT id, NULL, NULL, events, opened + CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END"
     " FROM sales"
     " WHERE events <> opened + CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END"},

    {"stock_levels_fit_their_pool", "pools",
     "its low or sold-out level is announced, but {is} are available",
     "SELECT COUNT(*) FROM pools WHERE stock_level <> 0",
     "SELECT id, NULL, NULL, total - sold, NULL FROM pools"
     " WHERE stock_level < 0 OR stock_level > 2 OR events < stock_level"
     "    OR (closed = 0 AND stock_level > 0 AND total - sold > low_at)"
     "    OR (closed = 0 AND stock_level = 2 AND total <> sold)"},

    {"catalog_version_is_one_row", "catalog_version", "{is} rows of {should} are there",
     "SELECT COUNT(*) FROM catalog_version",
     "SELECT NULL, NULL, 1, k.n, 1"
     " FROM (SELECT COUNT(*) AS n, SUM(CASE id WHEN 1 THEN 0 ELSE 1 END) AS others"
     "       FROM catalog_version) k"
     " WHERE k.n <> 1 OR k.others <> 0"},

    {"pools_are_never_oversold", "pools", "sold is {is} of {should}", "SELECT COUNT(*) FROM pools",
     "SELECT id, NULL, NULL, sold, total FROM pools WHERE sold < 0 OR sold > total"},

    {"closed_pools_are_empty", "pools", "it is closed; total is {is}, sold {should}",
     "SELECT COUNT(*) FROM pools WHERE closed <> 0",
     "SELECT id, NULL, NULL, total, sold FROM pools WHERE closed <> 0 AND total <> sold"},

    {"movements_have_pools", "pools", "the pool of a movement is missing",
     "SELECT COUNT(*) FROM stock_movements",
     "SELECT DISTINCT m.pool_id, NULL, NULL, NULL, NULL FROM stock_movements m"
     " LEFT JOIN pools g ON g.id = m.pool_id WHERE g.id IS NULL"},

    {"movements_name_their_pool", "stock_movements", "its product or sale is not its pool's",
     "SELECT COUNT(*) FROM stock_movements",
     "SELECT m.id, NULL, NULL, NULL, NULL FROM stock_movements m JOIN pools g ON g.id = m.pool_id"
     " WHERE m.product_id <> g.product_id"
     "    OR COALESCE(m.sale_id, m.product_id) <> COALESCE(g.sale_id, g.product_id)"},

    {"transfers_between_pools_cancel_out", "stock_movements",
     "allocated and returned units of this product sum to {is}, not {should}",
     "SELECT COUNT(*) FROM stock_movements WHERE kind IN ('allocated', 'returned')",
     "SELECT product_id, NULL, NULL, CAST(SUM(delta) AS SIGNED), 0 FROM stock_movements"
     " WHERE kind IN ('allocated', 'returned') GROUP BY product_id HAVING SUM(delta) <> 0"},

    {"sale_buyers_are_there", "sale_buyers", "a buyer with an order line of the sale has no row",
     "SELECT COUNT(*) FROM sale_buyers",
     "SELECT DISTINCT l.sale_id, o.user_id, NULL, NULL, NULL"
     " FROM order_lines l JOIN orders o ON o.id = l.order_id"
     " LEFT JOIN sale_buyers b ON b.sale_id = l.sale_id AND b.user_id = o.user_id"
     " WHERE l.sale_id IS NOT NULL AND b.sale_id IS NULL"},

    {"sale_buyer_quantity_is_live_lines", "sale_buyers",
     "quantity is {is}, live order lines sum to {should}", "SELECT COUNT(*) FROM sale_buyers",
     "SELECT b.sale_id, b.user_id, NULL, b.quantity, COALESCE(l.units, 0) FROM sale_buyers b"
     " LEFT JOIN (SELECT t.sale_id, o.user_id, CAST(SUM(t.quantity) AS SIGNED) AS units"
     "            FROM order_lines t JOIN orders o ON o.id = t.order_id"
     "            WHERE o.state NOT IN ('cancelled', 'expired', 'returned')"
     "              AND t.sale_id IS NOT NULL"
     "            GROUP BY t.sale_id, o.user_id) l"
     "   ON l.sale_id = b.sale_id AND l.user_id = b.user_id"
     " WHERE b.quantity <> COALESCE(l.units, 0)"},

    {"sale_buyers_are_within_the_limit", "sale_buyers", "quantity is {is}, the limit {should}",
     "SELECT COUNT(*) FROM sale_buyers",
     "SELECT sale_id, user_id, NULL, quantity, quantity_max FROM sale_buyers"
     " WHERE quantity < 0 OR quantity > quantity_max"},

    {"sale_buyer_limit_is_the_sales", "sale_buyers",
     "quantity_max is {is}, the sale's limit {should}", "SELECT COUNT(*) FROM sale_buyers",
     "SELECT b.sale_id, b.user_id, NULL, b.quantity_max, s.per_user_limit FROM sale_buyers b"
     " JOIN sales s ON s.id = b.sale_id WHERE b.quantity_max <> s.per_user_limit"},

    {"sale_buyers_have_sales", "sales", "the sale of a buyer's row is missing",
     "SELECT COUNT(*) FROM sale_buyers",
     "SELECT DISTINCT b.sale_id, NULL, NULL, NULL, NULL FROM sale_buyers b"
     " LEFT JOIN sales s ON s.id = b.sale_id WHERE s.id IS NULL"},

    {"credits_are_of_dead_lines", "gate_credits",
     "no line of a cancelled, expired or returned order and an unclosed sale has these units",
     "SELECT COUNT(*) FROM gate_credits",
     "SELECT c.id, NULL, NULL, NULL, NULL FROM gate_credits c"
     " LEFT JOIN pools g ON g.id = c.sale_id AND g.closed = 0 AND c.epoch <= g.gate_epoch"
     " LEFT JOIN order_lines l ON l.order_id = c.order_id AND l.sale_id = c.sale_id"
     "   AND l.quantity = c.quantity"
     " LEFT JOIN orders o ON o.id = c.order_id AND o.user_id = c.user_id"
     "   AND o.state IN ('cancelled', 'expired', 'returned')"
     " WHERE g.id IS NULL OR l.order_id IS NULL OR o.id IS NULL"},
};

}  // namespace

std::span<const equation> equations_of_stock() { return stock_equations; }

}  // namespace market::proof
