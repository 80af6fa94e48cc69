#pragma once
/// The SQL of orders, order_lines, deliveries, order_returns, purchase_keys and its totals.
/// All functions work in the caller's transaction and throw db::error.
#include <market/base/crypto.hpp>
#include <market/db/transaction.hpp>
#include <market/order/order.hpp>

#include <span>
#include <vector>

namespace market::order {

// --- purchase keys (purchase_key_queries.cpp) ---

struct purchase_key_row {
    purchase_key key;
    digest256 fingerprint{};
    std::optional<order_id> order;  ///< empty: VOID
    std::string reply;
};

/// The rows of those of `keys` that have one. `locked` waits for transactions that are writing one.
std::vector<purchase_key_row> find_keys(db::transaction& tx, std::span<const purchase_key> keys,
                                        bool locked = false);
std::optional<purchase_key_row> find_key(db::transaction& tx, const purchase_key& key,
                                         bool locked = false);

struct new_key {
    purchase_key key;
    user_id buyer;
    digest256 fingerprint{};
    order_id order;
    std::string_view reply;  ///< referred to
    instant at;
};
/// One statement for all. A key that is there already throws unique_violation.
void insert_keys(db::transaction& tx, std::span<const new_key> keys);

/// VOID rows for keys that have none, counted in the totals.
struct void_key {
    purchase_key key;
    user_id buyer;
    sale_id sale;
};
void insert_void_keys(db::transaction& tx, std::span<const void_key> keys, instant at);

/// Every purchase key that an order of this sale, or a VOID row of it, has.
std::vector<purchase_key> keys_of_sale(db::transaction& tx, sale_id sale);

/// Purchase keys older than `before`, by (at, key), from behind `after` on. Each with the sales
/// that have to end before it may go.
struct old_key {
    purchase_key key;
    std::optional<order_id> order;
    instant at;
    std::vector<sale_id> sales;
};
std::vector<old_key> old_keys(db::transaction& tx, instant before,
                              const std::optional<old_key>& after, std::size_t max);
/// Drops the keys. False when one of them was gone already: roll back, another server purges.
bool purge_keys(db::transaction& tx, std::span<const old_key> old);

// --- orders (order_queries.cpp) ---

/// Multi-row inserts of orders with their lines, deliveries and payments; each counts `events` = 1.
/// `keys[i]` is the key of `orders[i]`.
void insert_orders(db::transaction& tx, std::span<const order* const> orders,
                   std::span<const purchase_key> keys);

struct order_selection {
    std::optional<user_id> owner;
    std::optional<sale_id> sale;
    std::optional<order_state> state;
    std::optional<order_id> before;
    int limit = 1;
};
/// Whole orders, newest first.
std::vector<order> select_orders(db::transaction& tx, const order_selection& wanted);
/// `locked`: with the row lock.
std::optional<order> find_order(db::transaction& tx, order_id id, bool locked = false);
/// Counts one event more. False when the order was in another state than `from`.
bool move_order(db::transaction& tx, order_id id, order_state from, order_state to);

// --- delivery and return (order_queries.cpp) ---

/// The `pending` delivery of an order that has been confirmed.
void insert_delivery(db::transaction& tx, order_id id, instant at);
/// `to`: preparing, shipped, delivered or cancelled; an order without a delivery keeps none.
void enter_delivery(db::transaction& tx, order_id id, order_state to, instant at);
/// Changes those that are given.
void set_shipment(db::transaction& tx, order_id id, const std::optional<std::string>& carrier,
                  const std::optional<std::string>& tracking);
/// Orders whose delivery is not at its end and entered its state at `since` or before, at most
/// `max`.
std::vector<order_id> resting_deliveries(db::transaction& tx, instant since, std::size_t max);
void insert_return(db::transaction& tx, order_id id, const std::string& reason, instant at);
void mark_return_accepted(db::transaction& tx, order_id id, user_id by, instant at);

// --- admissions (order_queries.cpp) ---

/// What the record says of an admission: its order is there, or there will be none. Every sweeper
/// and every purchase decides by this alone.
enum class admission_outcome { sold, given_up };
/// `row`: of the admission's purchase key; null: it has none. Sold: the row names an order with a
/// line of this sale and this admission number.
admission_outcome outcome_of_admission(db::transaction& tx, const purchase_key_row* row,
                                       sale_id sale, std::int64_t seq);
/// The highest admission number that an order of the sale has; 0 when none.
std::int64_t highest_admission(db::transaction& tx, sale_id sale);

}  // namespace market::order
