#pragma once
/// How products are read, with what stock knows of them.
#include <market/base/page.hpp>
#include <market/catalog/product.hpp>
#include <market/db/async_database.hpp>

#include <vector>

namespace market::catalog {

/// Sets `available` of each, which belongs to stock.
void fill_available(db::transaction& tx, std::vector<product>& products);

/// Thread-safe.
class product_reader {
public:
    explicit product_reader(db::async_database database) : database_(database) {}

    /// Errors: product_not_found.
    asio::awaitable<result<product>> read(product_id id);
    asio::awaitable<result<page<product>>> search(product_search wanted);

private:
    db::async_database database_;
};

}  // namespace market::catalog
