#pragma once
/// The rows of pools and movements, and the SQL in which the two dialects differ.
#include <market/stock/ledger.hpp>

namespace market::stock::ledger {

/// The columns that read_pools() reads, in its order.
inline constexpr db::raw pool_columns{
    "SELECT id, product_id, sale_id, total, sold, gate_epoch, closed, low_at,"
    " stock_level FROM pools "};
/// Runs a query that begins with pool_columns.
std::vector<pool> read_pools(db::transaction& tx, const db::sql& query);

/// The end of an INSERT INTO sale_buyers: it adds the units of a buyer who has a row already. In
/// both dialects the CHECK applies to the sum.
db::raw or_add_to_buyer(db::dialect dialect);

/// One row of the append-only table `stock_movements`, but for what all rows of a call share.
struct movement_entry {
    const pool& of;
    movement_kind kind;
    std::int64_t delta;
    std::string_view reason;
};
/// Returns the ids, in the order of the entries.
std::vector<movement_id> write_movements(db::transaction& tx,
                                         std::span<const movement_entry> entries,
                                         const std::string& actor, instant at);

/// Appends the events of the levels (low, sold out) that the pool reached and that were not
/// announced.
void announce_levels(db::transaction& tx, pool_id id, instant at);

/// For a SET clause, before the other columns: the level once `units` more are available.
struct level_after {
    std::int64_t units;
};
db::sql& operator<<(db::sql& text, level_after came_back);

/// Throws data_error unless units > 0: a negative count would give where it should take, which no
/// CHECK notices.
void require_positive(std::int64_t units);

/// Throws unless one row matched: the caller has locked it, so it must be there.
void require_one(std::int64_t rows, const char* what);

/// Moves the units from a sale's pool (whose total is lowered by the caller) to its product's
/// general pool, and writes both `returned` rows.
void return_to_general(db::transaction& tx, const pool& sale_pool, std::int64_t units,
                       const std::string& actor, instant at);

}  // namespace market::stock::ledger
