#pragma once
/// Changes of products in the caller's transaction; all throw db::error.
#include <market/catalog/catalog_service.hpp>
#include <market/db/transaction.hpp>

namespace market::catalog {

product create_product_in(db::transaction& tx, const product& wanted, const std::string& actor,
                          std::int64_t low_at);

/// Errors: product_not_found, precondition_failed.
result<product> change_product_in(db::transaction& tx, product_id id, const product_change& wanted,
                                  const version_condition& upon);

/// Errors: product_not_found, product_on_sale.
result<void> retire_product_in(db::transaction& tx, product_id id, instant now);

/// Errors: product_not_found.
result<product_stock> stock_in(db::transaction& tx, product_id id);

}  // namespace market::catalog
