#pragma once
/// How sales are read: their rows and pools from the record, then the gate's view of them.
#include "sales/sale_rules.hpp"

#include <market/base/page.hpp>
#include <market/db/async_database.hpp>
#include <market/stock/gate.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace market::catalog {

/// Errors: sale_not_found.
result<sale_record> find_record(db::transaction& tx, sale_id id);

using record_page = page<sale_record>;

/// Thread-safe.
class sale_reader {
public:
    sale_reader(db::async_database database, const wall_clock& clock, stock::stock_gate& gate)
        : database_(database), clock_(clock), gate_(gate) {}

    /// Errors: sale_not_found.
    asio::awaitable<result<sale_record>> read_record(sale_id id);
    /// Newest first, older than `before`.
    asio::awaitable<result<record_page>> list_records(page_request request, sale_filter filter,
                                                      std::optional<sale_id> before);

    /// The gate's view of each sale; all empty when the gate cannot be reached.
    asio::awaitable<std::vector<std::optional<stock::gate_view>>> gate_views(
        std::vector<sale_id> ids);
    asio::awaitable<std::optional<stock::gate_view>> gate_view_of(sale_id id);

    /// The sales as they are now: these records, and the gate's views.
    asio::awaitable<page<sale>> current_page(std::shared_ptr<const record_page> records);
    asio::awaitable<sale> current_sale(sale_record record);
    /// The same from records that were read a while ago. Empty when one of them has to be read
    /// again, because the gate alone cannot say what changed since.
    asio::awaitable<std::optional<page<sale>>> current_page_by_gate(
        std::shared_ptr<const record_page> records);

private:
    db::async_database database_;
    const wall_clock& clock_;
    stock::stock_gate& gate_;
};

}  // namespace market::catalog
