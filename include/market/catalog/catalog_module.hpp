#pragma once
#include <market/base/worker_pool.hpp>
#include <market/catalog/catalog_service.hpp>
#include <market/db/database.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/gate_rebuilder.hpp>

#include <memory>

namespace market::catalog {

/// All arguments must outlive the service.
std::unique_ptr<catalog_service> make_catalog_service(db::database& database, worker_pool& blocking,
                                                      const wall_clock& clock,
                                                      stock::stock_gate& gate,
                                                      stock::gate_rebuilder& rebuilder);

}  // namespace market::catalog
