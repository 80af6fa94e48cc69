#pragma once
/// How sales are read: the record's row and pool, then the gate's view of them.
#include "sale_rules.hpp"

#include <market/base/page.hpp>
#include <market/db/async_database.hpp>
#include <market/stock/gate.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace market::catalog {

/// Errors: sale_not_found.
result<sale_record> find_record(db::transaction& tx, sale_id id);

/// Fills in what belongs to stock.
void fill_available(db::transaction& tx, std::vector<product>& products);

using record_page = page<sale_record>;

/// Thread-safe.
class catalog_reader {
public:
    catalog_reader(db::async_database database, const wall_clock& clock, stock::stock_gate& gate)
        : database_(database), clock_(clock), gate_(gate) {}

    /// Errors: product_not_found.
    asio::awaitable<result<product>> read_product(product_id id);
    asio::awaitable<result<page<product>>> search(product_search wanted);

    /// Errors: sale_not_found.
    asio::awaitable<result<sale_record>> read_record(sale_id id);
    /// Newest first, older than `before`.
    asio::awaitable<result<record_page>> list_records(page_request request, sale_filter filter,
                                                      std::optional<sale_id> before);

    /// The gate's view of each; all empty when the gate is out of reach.
    asio::awaitable<std::vector<std::optional<stock::gate_view>>> look(std::vector<sale_id> ids);
    /// Records and the gate's views in one.
    asio::awaitable<page<sale>> present_page(std::shared_ptr<const record_page> records);
    asio::awaitable<sale> present_one(sale_record record);
    /// The same from records read a while ago; empty when the gate alone cannot tell what has
    /// changed since.
    asio::awaitable<std::optional<page<sale>>> present_by_gate(
        std::shared_ptr<const record_page> records);

private:
    db::async_database database_;
    const wall_clock& clock_;
    stock::stock_gate& gate_;
};

}  // namespace market::catalog
