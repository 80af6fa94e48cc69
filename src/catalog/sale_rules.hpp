#pragma once
/// What a sale is at a moment. Pure.
#include <market/base/error.hpp>
#include <market/catalog/sale.hpp>
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
};

/// Its window makes sense: it ends after it starts, and after now.
/// Errors: validation_failed (`/ends_at`).
result<void> check_window(instant starts_at, instant ends_at, instant now);

/// The first that applies (API.md 4).
sale_status status_of(const sale_row& row, instant now, std::int64_t remaining);

/// Row, pool and gate in one. While the gate is open its time and its remaining units count, for
/// they decide who gets in; else `clock_now` and what the record has not sold.
sale present(const sale_row& row, const stock::pool& pool,
             const std::optional<stock::gate_view>& gate, instant clock_now);

sale_stock stock_of(const stock::pool& pool, const std::optional<stock::gate_view>& gate);

}  // namespace market::catalog
