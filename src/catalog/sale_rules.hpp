#pragma once
/// What a sale is at a moment, and what may be changed of it. Pure.
#include <market/base/error.hpp>
#include <market/catalog/catalog_service.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/pool.hpp>

#include <optional>

namespace market::catalog {

/// A sale as its row has it.
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
    bool opened = false;  ///< it was told that it began
    std::int64_t version = 1;
    bool operator==(const sale_row&) const = default;
};

/// A sale as the record has it.
struct sale_record {
    sale_row row;
    stock::pool pool;
};

/// Its window makes sense: it ends after it starts, and after now.
/// Errors: validation_failed (`/ends_at`).
result<void> check_window(instant starts_at, instant ends_at, instant now);

/// Errors: precondition_failed.
result<void> check_version(const version_condition& upon, std::int64_t version);

bool has_ended(const sale_row& row, instant now);

sale_row with(sale_row row, const sale_change& wanted);
/// Is it only of what may still be changed when a sale is open: title and end?
bool fits_open_sale(const sale_row& before, const sale_row& after);

/// What a sale's life allows of a change at `now`. `has_opened`: a buyer was seen, or it was told.
/// Errors: sale_state, validation_failed (`/ends_at`).
result<void> check_change(const sale_row& before, const sale_row& after, instant now,
                          bool has_opened);

/// The first that applies (API.md 4).
sale_status status_of(const sale_row& row, instant now, std::int64_t remaining);

/// Row, pool and gate in one. While the gate is open its time and its remaining units count, for
/// they decide who gets in; else `clock_now` and what the record has not sold.
sale present(const sale_record& record, const std::optional<stock::gate_view>& gate,
             instant clock_now);
/// Is the gate (or that there is none any more) all that is needed, whatever the pool says by now?
bool is_told_by_gate(const sale_record& record, const std::optional<stock::gate_view>& gate);

sale_stock stock_of(const stock::pool& pool, const std::optional<stock::gate_view>& gate);

}  // namespace market::catalog
