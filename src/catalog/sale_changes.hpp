#pragma once
/// How a sale is made, changed, paused and closed, in the record and at its gate (DESIGN.md 5).
#include "catalog_reader.hpp"

#include <market/catalog/catalog_module.hpp>

namespace market::catalog {

/// Thread-safe. Errors: as in catalog_service.
class sale_changes {
public:
    sale_changes(db::async_database database, const wall_clock& clock, stock::stock_gate& gate,
                 stock::gate_rebuilder& rebuilder, catalog_reader& reader, const settings& chosen)
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
    /// What a change makes of the row at `now`; `has_opened` as the record tells. The same row: it
    /// needs no change.
    using deciding =
        std::function<result<sale_row>(const sale_row& before, instant now, bool has_opened)>;

    asio::awaitable<result<sale>> change_gated(sale_id id, deciding decide, user_id actor,
                                               bool needs_gate_time);
    asio::awaitable<result<sale_record>> change_frozen(sale_id id, deciding decide, user_id actor,
                                                       instant now);

    db::async_database database_;
    const wall_clock& clock_;
    stock::stock_gate& gate_;
    stock::gate_rebuilder& rebuilder_;
    catalog_reader& reader_;
    const settings& chosen_;
};

}  // namespace market::catalog
