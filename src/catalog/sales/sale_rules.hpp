#pragma once
/// What a sale is at a moment, and what of it may be changed. No I/O.
#include <market/base/error.hpp>
#include <market/catalog/catalog_service.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/pool.hpp>

#include <optional>

namespace market::catalog {

/// A row of the table `sales`.
struct sale_row {
    sale_id id;
    product_id product;
    std::string title;
    money price;
    std::int64_t quantity = 0;
    std::int64_t per_user_limit = 1;
    instant starts_at, ends_at;
    bool paused = false;
    std::optional<instant> closed_at;
    bool opened = false;  ///< its opening was announced
    std::int64_t version = 1;
    bool operator==(const sale_row&) const = default;
};

/// What the record knows of a sale.
struct sale_record {
    sale_row row;
    stock::pool pool;
};

/// A sale has to end after it starts, and after now. Errors: validation_failed (`/ends_at`).
result<void> check_window(instant starts_at, instant ends_at, instant now);

bool has_ended(const sale_row& row, instant now);

sale_row with(sale_row row, const sale_change& wanted);
/// Whether only the title and the end differ: these may change while the sale is open.
bool fits_open_sale(const sale_row& before, const sale_row& after);

/// Whether the change may be made at `now`. `has_opened`: it has had a buyer, or its opening was
/// announced. Errors: sale_state, validation_failed (`/ends_at`).
result<void> check_change(const sale_row& before, const sale_row& after, instant now,
                          bool has_opened);

/// The first that applies (API.md 4).
sale_status status_of(const sale_row& row, instant now, std::int64_t remaining);

/// The sale as it is now. While the gate is open its time and its remaining units count, because
/// they decide who may buy; else `clock_now` and what the record has not sold.
sale current_sale(const sale_record& record, const std::optional<stock::gate_view>& gate,
                  instant clock_now);
/// Whether current_sale() needs nothing of the pool, so that an old `record` will do: the gate is
/// open, or the sale is closed.
bool gate_suffices(const sale_record& record, const std::optional<stock::gate_view>& gate);

sale_stock stock_of(const stock::pool& pool, const std::optional<stock::gate_view>& gate);

}  // namespace market::catalog
