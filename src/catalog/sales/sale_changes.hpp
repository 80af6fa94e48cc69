#pragma once
/// How a sale is created, changed, paused and closed, in the record and at its gate (DESIGN.md 5).
#include "sales/sale_reader.hpp"

#include <market/catalog/catalog_module.hpp>

namespace market::catalog {

/// Thread-safe. Errors: as in catalog_service.
class sale_changes {
public:
    sale_changes(db::async_database database, const wall_clock& clock, stock::stock_gate& gate,
                 stock::gate_rebuilder& rebuilder, sale_reader& reader, const settings& chosen)
        : database_(database),
          clock_(clock),
          gate_(gate),
          rebuilder_(rebuilder),
          reader_(reader),
          chosen_(chosen) {}

    asio::awaitable<result<sale>> create(new_sale wanted, user_id actor);
    asio::awaitable<result<sale>> change(sale_id id, sale_change wanted, user_id actor,
                                         version_condition upon);
    asio::awaitable<result<sale>> pause(sale_id id, bool paused);
    asio::awaitable<result<sale>> close(sale_id id, user_id actor);

private:
    /// Gives the row as it is to be from `now` on, or why it must not change. `has_opened` is what
    /// the record knows. The same row: there is nothing to change.
    using row_edit =
        std::function<result<sale_row>(const sale_row& before, instant now, bool has_opened)>;

    asio::awaitable<result<sale>> change_gated(sale_id id, row_edit edit, user_id actor,
                                               bool needs_gate_time);
    asio::awaitable<result<sale_record>> change_frozen(sale_id id, row_edit edit, user_id actor,
                                                       instant now);

    db::async_database database_;
    const wall_clock& clock_;
    stock::stock_gate& gate_;
    stock::gate_rebuilder& rebuilder_;
    sale_reader& reader_;
    const settings& chosen_;
};

}  // namespace market::catalog
