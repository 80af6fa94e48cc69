#pragma once
/// The row that tells every server of a change, and how this module locks rows.
#include <market/db/transaction.hpp>

namespace market::catalog {

/// Every change does it last, for all changes of the catalog meet in this row.
void raise_version(db::transaction& tx);
std::int64_t read_version(db::transaction& tx);

/// Ends a SELECT that locks its rows. On SQLite the write transaction is lock enough.
db::raw for_update(db::dialect dialect);

}  // namespace market::catalog
