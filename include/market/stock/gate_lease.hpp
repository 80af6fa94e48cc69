#pragma once
/// A gate in memory serves one server alone. A lease row keeps a second server from using the same
/// database. All functions work in the caller's transaction and throw db::error.
#include <market/base/id.hpp>
#include <market/db/transaction.hpp>

#include <chrono>

namespace market::stock {

using server_id = id<struct server_tag>;

/// Takes or renews the lease for `length` of database time. False while another server has it:
/// nothing changed.
bool take_gate_lease(db::transaction& tx, server_id by, std::chrono::microseconds length);
/// Whether any server has it now.
bool gate_lease_is_held(db::transaction& tx, std::chrono::microseconds length);
/// Does nothing when another server has it.
void give_gate_lease_back(db::transaction& tx, server_id by);

}  // namespace market::stock
