#pragma once
/// Goods to try the shop with, made through the catalog's own service.
#include <market/base/worker_pool.hpp>
#include <market/catalog/catalog_service.hpp>
#include <market/db/database.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/gate_rebuilder.hpp>

#include <memory>
#include <vector>

namespace market::app {

/// The `number`th sample, 0 and up; names repeat with a number after all were used.
catalog::new_product sample_product(std::size_t number);

struct sample_sale {
    std::int64_t units = 100;
    std::int64_t per_user_limit = 1;
    std::chrono::hours length{24};
};
/// A product with just these units and a sale of all of them that is open now.
result<catalog::sale> make_sample_sale(catalog::catalog_service& catalog,
                                       const sample_sale& wanted);

/// A catalog for verbs that work without a server, or beside one: sales are made in the record, and
/// the gate is loaded by the server (its sweeper looks once a second, or a start does).
class catalog_without_gate {
public:
    explicit catalog_without_gate(db::database& record);
    ~catalog_without_gate();
    catalog::catalog_service& service() { return *service_; }

private:
    worker_pool database_threads_;
    std::unique_ptr<stock::stock_gate> gate_;
    std::unique_ptr<stock::gate_rebuilder> rebuilder_;
    std::unique_ptr<catalog::catalog_service> service_;
};

}  // namespace market::app
