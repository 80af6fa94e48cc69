#pragma once
/// How pools and movements stand in their tables, and where the two dialects differ.
#include <market/stock/ledger.hpp>

namespace market::stock::ledger {

/// What read_pools reads, in its order.
inline constexpr db::raw pool_columns{
    "SELECT id, product_id, sale_id, total, sold, gate_epoch, closed, low_at,"
    " stock_level FROM pools "};
/// Runs a query that begins with pool_columns.
std::vector<pool> read_pools(db::transaction& tx, const db::sql& query);

/// Ends a SELECT that locks its rows. On SQLite the write transaction is lock enough.
db::raw for_update(db::dialect dialect);
/// Ends an INSERT INTO sale_buyers: a buyer that is there already gets the units on top. Neither
/// dialect lets the sum pass the CHECK.
db::raw or_add_to_buyer(db::dialect dialect);

/// One row of the append-only book; `at` and the rest as given, the id made here.
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

/// Tells of the stock levels that the pool fell to and that were not told: low, sold out.
void tell_levels(db::transaction& tx, pool_id id, instant at);

/// For a SET clause, before the columns change: the level once `units` more are available.
struct level_after {
    std::int64_t units;
};
db::sql& operator<<(db::sql& text, level_after came_back);

/// Throws data_error unless units > 0: a count that is not positive would turn a taking into a
/// giving, which no CHECK sees.
void require_positive(std::int64_t units);

/// Throws: a row that the caller knows to be there, and locked, did not match.
void require_one(std::int64_t rows, const char* what);

/// Moves the units from a sale's pool (whose total is lowered by the caller) to its product's
/// general pool, and writes both `returned` rows.
void return_to_general(db::transaction& tx, const pool& sale_pool, std::int64_t units,
                       const std::string& actor, instant at);

}  // namespace market::stock::ledger
