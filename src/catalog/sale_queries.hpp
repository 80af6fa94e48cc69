#pragma once
/// The SQL of sales. Every function works in the caller's transaction and throws db::error.
#include "sale_rules.hpp"

#include <market/catalog/catalog_service.hpp>
#include <market/db/transaction.hpp>

#include <optional>
#include <vector>

namespace market::catalog {

void insert_sale(db::transaction& tx, const sale_row& made, instant created_at);

std::optional<sale_row> find_sale(db::transaction& tx, sale_id id);

/// Newest first, at most `max`, older than `before`. Of a status, only what columns can tell at
/// `now`: `open` and `sold_out` both give all that are on sale, for the units belong to stock.
std::vector<sale_row> newest_sales(db::transaction& tx, const sale_filter& filter, instant now,
                                   std::optional<sale_id> before, std::size_t max);

/// With the row lock, which goes before those of the pools.
std::optional<sale_row> find_sale_locked(db::transaction& tx, sale_id id);

/// Has the product a sale that has not ended at `now`?
bool is_on_sale(db::transaction& tx, product_id product, instant now);

/// The locked sale's row as `changed` has it, with a version more.
void update_sale(db::transaction& tx, const sale_row& changed);

/// These count the event that is to be appended with them.
/// False when it was told before: nothing changed.
bool mark_opened(db::transaction& tx, sale_id id);
/// False when it was closed before: nothing changed.
bool mark_closed(db::transaction& tx, sale_id id, instant at);

}  // namespace market::catalog
