#pragma once
#include <market/base/worker_pool.hpp>
#include <market/db/database.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/gate_rebuilder.hpp>

namespace market::order {

/// Gives units that came back in the record to the gate, and forgets the credit once the gate has
/// them (or was loaded with them). What cannot be done now, the sweeper does again: the gate counts
/// a credit once. A gate that cannot count it (more comes back than it knows of) is loaded anew,
/// which drops the credit.
asio::awaitable<void> give_credit(db::database& database, worker_pool& blocking,
                                  stock::stock_gate& gate, stock::gate_rebuilder& rebuilder,
                                  stock::credit returned);

}  // namespace market::order
