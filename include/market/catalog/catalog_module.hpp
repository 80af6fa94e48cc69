#pragma once
#include <market/catalog/catalog_service.hpp>
#include <market/db/async_database.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/gate_rebuilder.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace market::catalog {

struct settings {
    std::string currency = "KRW";
    std::int64_t low_at = stock::low_at_default;  ///< `stock.low_at` of new products
    std::chrono::milliseconds fresh_for{100};     ///< the greatest age of units and status in pages
};

/// All arguments must outlive the service.
std::unique_ptr<catalog_service> make_catalog_service(db::async_database database,
                                                      const wall_clock& clock,
                                                      stock::stock_gate& gate,
                                                      stock::gate_rebuilder& rebuilder,
                                                      settings chosen = {});

}  // namespace market::catalog
