#pragma once
/// The SQL of products. Every function works in the caller's transaction and throws db::error.
/// `available` is not theirs: it belongs to stock, and is left at 0.
#include <market/catalog/product.hpp>
#include <market/db/transaction.hpp>

#include <optional>
#include <vector>

namespace market::catalog {

void insert_product(db::transaction& tx, const product& made);

enum class retired_ones { hidden, shown };
std::optional<product> find_product(db::transaction& tx, product_id id, retired_ones retired);
/// With the row lock, which goes before those of its sales and pools. Without retired ones.
std::optional<product> find_product_locked(db::transaction& tx, product_id id);

/// At most `max`, without retired ones.
std::vector<product> search_products(db::transaction& tx, const product_search& wanted,
                                     std::size_t max);

/// The locked product's row as `changed` has it, with a version more.
void update_product(db::transaction& tx, const product& changed);
void retire(db::transaction& tx, product_id locked);

}  // namespace market::catalog
