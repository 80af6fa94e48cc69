#pragma once
/// The record of stock: pools, movements, buyers, pending credits. All functions work in the
/// caller's transaction, lock several pools in ascending id, and throw db::error: data_error for
/// units that must be positive and are not, other for a row that must exist and does not.
///
/// total = sum of movements; sold = units in live orders; 0 <= sold <= total (a CHECK).
#include <market/base/clock.hpp>
#include <market/base/error.hpp>
#include <market/base/id.hpp>
#include <market/db/transaction.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/pool.hpp>

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace market::stock::ledger {

// --- pools ---

/// Opens the general pool of a new product, with a `received` movement when units > 0. The pools of
/// its sales get the same `low_at`.
void open_general_pool(db::transaction& tx, product_id product, std::int64_t units,
                       const std::string& actor, instant at, std::int64_t low_at = low_at_default);

/// Moves units from the general pool to the new pool of a sale, epoch 1 (two `allocated` rows).
/// Errors: stock_conflict (fewer available; facts: available), product_not_found (no general pool).
result<void> allocate(db::transaction& tx, product_id product, sale_id sale, std::int64_t units,
                      const std::string& actor, instant at);

/// Moves `delta` more units from the general pool to the sale's, or back when `delta` is negative
/// (two `allocated` rows). Locks both pools. Errors: stock_conflict (the giving pool has fewer
/// available; facts: available), sale_not_found (no such pool, or closed).
result<void> reallocate(db::transaction& tx, sale_id sale, std::int64_t delta,
                        const std::string& actor, instant at);

/// Counts `delta` (not 0) units in or out of the general pool, as `adjusted`.
/// Errors: product_not_found, stock_conflict (more out than are available; facts: available).
result<movement> adjust(db::transaction& tx, product_id product, std::int64_t delta,
                        const std::string& reason, const std::string& actor, instant at);

/// Sets `low_at` of every pool.
void set_low_at(db::transaction& tx, std::int64_t units);

/// Closes a sale's pool for good: epoch + 1, unsold units to the general pool (two `returned` rows
/// when there are any), pending credits dropped. False when it was closed before: nothing changed.
/// Errors: sale_not_found.
result<bool> close(db::transaction& tx, sale_id sale, const std::string& actor, instant at);

/// Names a server that loads gates.
using loader_id = id<struct loader_tag>;

/// Claims the load of a sale's gate for `length` of database time. False while another server has
/// the claim, or when there is nothing to load (no such sale, or closed): nothing changed.
bool claim_load(db::transaction& tx, sale_id sale, loader_id by, std::chrono::microseconds length);
/// Makes the claim last for `length` from now. False when it has run out or is another server's.
bool renew_load_claim(db::transaction& tx, sale_id sale, loader_id by,
                      std::chrono::microseconds length);
/// Ends the claim, if it is still this server's.
void end_load_claim(db::transaction& tx, sale_id sale, loader_id by);

/// Whether a load that an operator asked for may begin.
struct forced_turn {
    bool mine = false;               ///< it may begin now; the next one `distance` later
    std::int64_t epoch = 0;          ///< the pool's
    std::chrono::microseconds wait;  ///< when not mine: until it is worth asking again
};
/// Asks for such a load of the sale's gate. On all servers together they begin at least `distance`
/// of database time apart. Empty when there is nothing to load: no such sale, or closed.
std::optional<forced_turn> ask_forced_turn(db::transaction& tx, sale_id sale,
                                           std::chrono::microseconds distance);

/// Locks the pool and raises its epoch, under which the gate is to be loaded. Drops pending
/// credits, because the load contains them. Empty when there is no such pool. A closed pool is
/// returned unchanged.
std::optional<pool> begin_load(db::transaction& tx, sale_id sale);

// --- reading ---

std::optional<pool> find(db::transaction& tx, pool_id id);
/// With row locks (on SQLite the write transaction itself locks enough), ascending by id.
std::vector<pool> find_locked(db::transaction& tx, std::span<const pool_id> ids);
/// The general pool first, then those of the product's sales, oldest first.
std::vector<pool> pools_of(db::transaction& tx, product_id product);
/// Available units of each product's general pool; products without one are left out.
std::unordered_map<product_id, std::int64_t> available_of(db::transaction& tx,
                                                          std::span<const product_id> products);
/// The pools of those of `sales` that exist.
std::vector<pool> pools_of_sales(db::transaction& tx, std::span<const sale_id> sales);
/// The pools of sales that are not closed: what the sweeper watches.
std::vector<pool> open_sale_pools(db::transaction& tx);
/// All who ever had an order in the sale, with 0 units too.
std::vector<buyer_units> buyers_of(db::transaction& tx, sale_id sale);
/// Whether anybody ever had an order in the sale.
bool has_buyers(db::transaction& tx, sale_id sale);
/// Units of the buyer in live orders of each of `sales`. Sales without a row of this buyer are left
/// out.
std::unordered_map<sale_id, std::int64_t> bought_by(db::transaction& tx, user_id buyer,
                                                    std::span<const sale_id> sales);
/// Units of the buyer in live orders of the sale, with the row lock.
std::int64_t units_of_buyer(db::transaction& tx, sale_id sale, user_id buyer);
/// Newest first, older than `before` if given.
std::vector<movement> movements_of(db::transaction& tx, product_id product, int limit,
                                   std::optional<movement_id> before);

// --- selling ---

struct pool_take {
    pool_id pool;
    std::int64_t units = 0;
    std::optional<std::int64_t> epoch;  ///< of the admissions; empty for a general pool
    instant at{};
};
/// Adds the units to `sold` if sold + units <= total and, for a sale, the pool is open under this
/// epoch. Nothing is taken from a sale's pool without an epoch, nor from a general pool with one.
/// False: nothing changed; the caller rolls back and finds out why.
/// A take that leaves `low_at` units or fewer, or none, appends an event that says so, once until
/// units come back. Moving units between pools appends none.
bool take(db::transaction& tx, const pool_take& wanted);

struct buyer_take {
    sale_id sale;
    user_id buyer;
    std::int64_t units = 0;
    std::int64_t limit = 1;
};
/// Adds to the counts of buyers in one statement. Each (sale, buyer) comes once.
/// A count above its limit throws db::error{check_violation}.
void count_buyers(db::transaction& tx, std::span<const buyer_take> takes);

// --- units that come back ---

/// Units of an order line that is cancelled, expired or returned come back: `sold` and the buyer's
/// count fall. For an open sale it writes and returns a credit, which the caller gives to the gate
/// after the commit. For a closed sale the units move on to the general pool (two `returned` rows).
/// `locked` is the pool as find_locked() gave it in this transaction. Lock a sale's pool together
/// with its product's, in one call, because a product's pool comes first in the order of locking.
/// Throws check_violation for more units than are sold, or than the buyer has; unique_violation for
/// a second credit of one order and sale.
std::optional<credit> give_back(db::transaction& tx, const pool& locked, order_id order,
                                user_id buyer, std::int64_t units, const std::string& actor,
                                instant at);

/// Credits that the gate does not have yet, oldest first, at most `max`.
std::vector<credit> pending_credits(db::transaction& tx, std::size_t max);
void forget_credit(db::transaction& tx, credit_id id);

}  // namespace market::stock::ledger
