#pragma once
/// The SQL of sales. Every function works in the caller's transaction and throws db::error.
#include "sales/sale_rules.hpp"

#include <market/catalog/catalog_service.hpp>
#include <market/db/transaction.hpp>

#include <optional>
#include <vector>

namespace market::catalog {

void insert_sale(db::transaction& tx, const sale_row& row, instant created_at);

std::optional<sale_row> find_sale(db::transaction& tx, sale_id id);

/// Newest first, at most `max`, older than `before`. The columns alone cannot tell `open` from
/// `sold_out`, because units belong to stock: both give all sales that are on at `now`.
std::vector<sale_row> newest_sales(db::transaction& tx, const sale_filter& filter, instant now,
                                   std::optional<sale_id> before, std::size_t max);

/// With the row lock, which is taken before those of the pools.
std::optional<sale_row> find_sale_locked(db::transaction& tx, sale_id id);

/// Writes `changed` into the locked sale's row and raises its version.
void update_sale(db::transaction& tx, const sale_row& changed);

/// Both count the event that the caller appends with them.
/// False when its opening was announced before: nothing changed.
bool mark_opened(db::transaction& tx, sale_id id);
/// False when it was closed before: nothing changed.
bool mark_closed(db::transaction& tx, sale_id id, instant at);

}  // namespace market::catalog
