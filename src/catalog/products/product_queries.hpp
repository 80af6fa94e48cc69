#pragma once
/// The SQL of products, and whether a product is on sale, which retiring it asks. Every function
/// works in the caller's transaction and throws db::error.
/// `available` belongs to stock: these leave it at 0 (see product_reader.hpp).
#include <market/catalog/product.hpp>
#include <market/db/transaction.hpp>

#include <optional>
#include <vector>

namespace market::catalog {

void insert_product(db::transaction& tx, const product& row);

enum class retired_products { hidden, included };
std::optional<product> find_product(db::transaction& tx, product_id id, retired_products retired);
/// With the row lock, which is taken before those of its sales and pools. Not a retired one.
std::optional<product> find_product_locked(db::transaction& tx, product_id id);

/// At most `max`, without retired ones.
std::vector<product> search_products(db::transaction& tx, const product_search& wanted,
                                     std::size_t max);

/// Whether a sale of the product has not ended at `now`.
bool is_on_sale(db::transaction& tx, product_id product, instant now);

/// Writes `changed` into the locked product's row and raises its version.
void update_product(db::transaction& tx, const product& changed);
void retire(db::transaction& tx, product_id locked);

}  // namespace market::catalog
