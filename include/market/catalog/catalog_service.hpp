#pragma once
#include <market/base/page.hpp>
#include <market/catalog/product.hpp>
#include <market/catalog/sale.hpp>
#include <market/stock/pool.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <vector>

namespace market::catalog {

namespace asio = boost::asio;

struct product_stock {
    product_id product;
    std::int64_t available = 0;
    std::vector<stock::pool> pools;
};
std::string to_json(const product_stock& value);
std::string to_json(const stock::movement& value);

struct sale_filter {
    std::optional<sale_status> status;
    std::optional<product_id> product;
};

/// Products and sales. Thread-safe. Input is of the shapes and ranges of API.md 1; actors were
/// authorised by the caller. Every call may answer `overloaded`, `database_unavailable`; changes
/// also `outcome_unknown`.
class catalog_service {
public:
    virtual ~catalog_service() = default;

    virtual asio::awaitable<result<product>> create_product(new_product wanted, user_id actor) = 0;
    /// Errors: product_not_found.
    virtual asio::awaitable<result<product>> read_product(product_id id) = 0;
    /// Errors: validation_failed (cursor).
    virtual asio::awaitable<result<page<product>>> list_products(page_request request) = 0;
    /// Errors: product_not_found.
    virtual asio::awaitable<result<product_stock>> read_stock(product_id id) = 0;
    /// Errors: product_not_found, validation_failed (cursor).
    virtual asio::awaitable<result<page<stock::movement>>> list_movements(product_id id,
                                                                          page_request request) = 0;

    /// Allocates from the general pool, then opens the gate. Errors: validation_failed (`/ends_at`
    /// not after `/starts_at` and now), product_not_found, stock_conflict.
    virtual asio::awaitable<result<sale>> create_sale(new_sale wanted, user_id actor) = 0;
    /// Errors: sale_not_found.
    virtual asio::awaitable<result<sale>> read_sale(sale_id id) = 0;
    /// Errors: validation_failed (cursor).
    virtual asio::awaitable<result<page<sale>>> list_sales(page_request request,
                                                           sale_filter filter) = 0;
    /// Errors: sale_not_found.
    virtual asio::awaitable<result<sale_stock>> read_sale_stock(sale_id id) = 0;
    /// At once and for good; again = same answer. Unsold units go to the general pool.
    /// Errors: sale_not_found.
    virtual asio::awaitable<result<sale>> close_sale(sale_id id, user_id actor) = 0;
};

}  // namespace market::catalog
