#pragma once
#include <market/db/sql.hpp>

#include <span>

namespace market::proof {

/// One equation over the rows. `broken` selects the rows that break it, with the columns
///   key id, second id or NULL, key number or NULL, what is there or NULL, what should be or NULL.
/// Both dialects run the same text. It never compares with a bare NULL: a missing side is
/// found by a LEFT JOIN, and sums are made 0 with COALESCE.
struct equation {
    const char* name;
    const char* table;   ///< of the broken rows
    const char* detail;  ///< `{is}` and `{should}` are replaced
    db::raw rows;        ///< counts what is looked at
    db::raw broken;
};

std::span<const equation> equations_of_stock();
std::span<const equation> equations_of_orders();
/// What comes after the purchase: payments, deliveries, returns, and the events of all that.
std::span<const equation> equations_of_order_life();

}  // namespace market::proof
