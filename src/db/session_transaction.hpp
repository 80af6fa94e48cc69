#pragma once
#include "session_holder.hpp"

namespace market::db {

/// A transaction that was begun on `held`; `turn` is the right to write, if one is needed.
std::unique_ptr<transaction> make_transaction(dialect speaks, place turn,
                                              session_holder::lease held);

}  // namespace market::db
