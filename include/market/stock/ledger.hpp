#pragma once
/// The record of stock: pools, movements, buyers, pending credits. All functions work in the
/// caller's transaction, throw db::error, and lock pools in ascending id when they take several.
/// Units that are not positive where they must be throw db::error{data_error}; a row that has to be
/// there and is not throws db::error{other}.
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

// --- making and changing pools ---

/// The general pool of a new product, with a `received` movement when units > 0. Its sales' pools
/// take over `low_at`.
void open_general_pool(db::transaction& tx, product_id product, std::int64_t units,
                       const std::string& actor, instant at, std::int64_t low_at = low_at_default);

/// Moves units from the general pool to a new sale's pool of epoch 1 (two `allocated` rows).
/// Errors: stock_conflict (fewer available; facts: available), product_not_found (no general pool).
result<void> allocate(db::transaction& tx, product_id product, sale_id sale, std::int64_t units,
                      const std::string& actor, instant at);

/// Moves `delta` more units from the general pool to the sale's, or back when it is negative (two
/// `allocated` rows). Locks both pools. Errors: stock_conflict (fewer available there; facts:
/// available), sale_not_found (no such pool, or closed).
result<void> reallocate(db::transaction& tx, sale_id sale, std::int64_t delta,
                        const std::string& actor, instant at);

/// Counts `delta` (not 0) units in or out of the general pool, as `adjusted`.
/// Errors: product_not_found, stock_conflict (more out than are available; facts: available).
result<movement> adjust(db::transaction& tx, product_id product, std::int64_t delta,
                        const std::string& reason, const std::string& actor, instant at);

/// From now on stock is low at `units` left, in every pool.
void set_low_at(db::transaction& tx, std::int64_t units);

/// Closes a sale's pool for good: epoch + 1, unsold units to the general pool (two `returned` rows
/// when there are any), pending credits dropped. False when it was closed before: nothing changed.
/// Errors: sale_not_found.
result<bool> close(db::transaction& tx, sale_id sale, const std::string& actor, instant at);

/// Who loads gates; one a server.
using loader_id = id<struct loader_tag>;

/// Notes on an open sale's pool who loads its gate, for `length` of database time. False when
/// another's note still holds (or there is nothing to load: no such sale, closed): nothing changed.
bool claim_load(db::transaction& tx, sale_id sale, loader_id by, std::chrono::microseconds length);
/// Makes the note hold for `length` from now. False when it has run out or is another's.
bool renew_load_claim(db::transaction& tx, sale_id sale, loader_id by,
                      std::chrono::microseconds length);
/// Takes the note away, if it is still this loader's.
void end_load_claim(db::transaction& tx, sale_id sale, loader_id by);

/// Whether an operator's load of a gate may begin.
struct forced_turn {
    bool mine = false;               ///< now; the next one may begin `distance` later
    std::int64_t epoch = 0;          ///< the pool's
    std::chrono::microseconds wait;  ///< when not mine: until it is worth asking again
};
/// Loads that operators ask for begin `distance` of database time apart, whatever server was asked.
/// Empty when there is nothing to load: no such sale, closed.
std::optional<forced_turn> ask_forced_turn(db::transaction& tx, sale_id sale,
                                           std::chrono::microseconds distance);

/// Locks the pool row and raises its epoch; what the gate is to be loaded under. Drops pending
/// credits: the load will contain them. Empty when there is no such pool; a closed one is returned
/// unchanged.
std::optional<pool> begin_load(db::transaction& tx, sale_id sale);

// --- reading ---

std::optional<pool> find(db::transaction& tx, pool_id id);
/// With the row lock (SQLite: the write transaction is lock enough), ascending by id.
std::vector<pool> find_locked(db::transaction& tx, std::span<const pool_id> ids);
/// The general pool first, then those of its sales, oldest first.
std::vector<pool> pools_of(db::transaction& tx, product_id product);
/// Available units of each product's general pool; products without one are left out.
std::unordered_map<product_id, std::int64_t> available_of(db::transaction& tx,
                                                          std::span<const product_id> products);
/// The pools of those of `sales` that exist.
std::vector<pool> pools_of_sales(db::transaction& tx, std::span<const sale_id> sales);
/// Sale pools not closed: what the sweeper looks after.
std::vector<pool> open_sale_pools(db::transaction& tx);
/// Everybody who ever had an order there, also those who are back at 0 units.
std::vector<buyer_units> buyers_of(db::transaction& tx, sale_id sale);
/// Did anybody ever have an order there?
bool has_buyers(db::transaction& tx, sale_id sale);
/// Units this buyer has in live orders of each of `sales`; those of nobody are left out.
std::unordered_map<sale_id, std::int64_t> bought_by(db::transaction& tx, user_id buyer,
                                                    std::span<const sale_id> sales);
/// Units this buyer has in live orders of the sale, under lock.
std::int64_t units_of_buyer(db::transaction& tx, sale_id sale, user_id buyer);
/// Newest first; those older than `before` when it is given.
std::vector<movement> movements_of(db::transaction& tx, product_id product, int limit,
                                   std::optional<movement_id> before);

// --- selling ---

struct pool_take {
    pool_id pool;
    std::int64_t units = 0;
    std::optional<std::int64_t> epoch;  ///< sale pools: that of the admissions; general: empty
    instant at{};
};
/// sold + units where id, epoch and sold + units <= total hold (and, for a sale, not closed). A
/// sale pool is never taken from without an epoch, nor a general pool with one.
/// A take that leaves `low_at` units or fewer, or none, appends the event that tells so, once until
/// units come back. Units that move between pools are not sold: they are no occasion. False when no
/// row fits: nothing changed, the caller rolls back and asks why.
bool take(db::transaction& tx, const pool_take& wanted);

struct buyer_take {
    sale_id sale;
    user_id buyer;
    std::int64_t units = 0;
    std::int64_t limit = 1;
};
/// Adds to the buyers' counts in one statement; entries are of distinct (sale, buyer).
/// A count above its limit throws db::error{check_violation}.
void count_buyers(db::transaction& tx, std::span<const buyer_take> takes);

// --- coming back ---

/// Units of a dead order line come back: the pool's sold falls, a buyer's count falls. On an open
/// sale pool a credit row is written and returned, to be given to the gate after the commit; on a
/// closed one the units move on to the general pool (two `returned` rows) and nothing is returned.
/// `locked` is the pool as find_locked gave it in this transaction. Who gives back to a sale's pool
/// locks it together with pool_of(its product), in one call: a product's pool comes first in the
/// order of locking. More units than are sold, or than the buyer has, throw check_violation; a
/// second credit of one order and sale unique_violation.
std::optional<credit> give_back(db::transaction& tx, const pool& locked, order_id order,
                                user_id buyer, std::int64_t units, const std::string& actor,
                                instant at);

/// Credits that the gate has not taken yet, oldest first, at most `max`.
std::vector<credit> pending_credits(db::transaction& tx, std::size_t max);
void forget_credit(db::transaction& tx, credit_id id);

}  // namespace market::stock::ledger
