#pragma once
/// A gate in a server's own memory serves that server alone. Where a database is shared, a lease
/// row keeps a second server out. All functions work in the caller's transaction and throw
/// db::error.
#include <market/base/id.hpp>
#include <market/db/transaction.hpp>

#include <chrono>

namespace market::stock {

using server_id = id<struct server_tag>;

/// Takes the lease, or makes it last for `length` of database time. False while another server has
/// it: nothing changed.
bool take_gate_lease(db::transaction& tx, server_id by, std::chrono::microseconds length);
/// Whether any server has it now.
bool gate_lease_is_held(db::transaction& tx, std::chrono::microseconds length);
/// Without effect when another has it.
void give_gate_lease_back(db::transaction& tx, server_id by);

}  // namespace market::stock
