#pragma once
/// The SQL of products. Every function works in the caller's transaction and throws db::error.
#include <market/catalog/product.hpp>
#include <market/db/transaction.hpp>

#include <optional>
#include <vector>

namespace market::catalog {

/// `available` is not its to write: it belongs to stock.
void insert_product(db::transaction& tx, const product& made);

enum class retired_ones { hidden, shown };
/// `available` is left at 0.
std::optional<product> find_product(db::transaction& tx, product_id id, retired_ones retired);

/// Newest first, at most `max`, older than `before`; without retired ones. `available` is left at
/// 0.
std::vector<product> newest_products(db::transaction& tx, std::optional<product_id> before,
                                     std::size_t max);

}  // namespace market::catalog
