#pragma once
/// The catalog's version, one row by which every server learns of a change; and row locks.
#include <market/db/transaction.hpp>

namespace market::catalog {

/// Every change does this last: all changes of the catalog wait for each other at this row.
void raise_version(db::transaction& tx);
std::int64_t read_version(db::transaction& tx);

}  // namespace market::catalog
