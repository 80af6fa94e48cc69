#pragma once
#include <market/base/page.hpp>
#include <market/catalog/product.hpp>
#include <market/catalog/rendered.hpp>
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

/// Makes a change only if the resource has one of these versions (If-Match). Empty: any version.
using version_condition = std::optional<std::vector<std::int64_t>>;

/// Products and sales. Thread-safe. The caller has checked the shapes and ranges of API.md 1, and
/// the rights of `actor`. Every call may answer `overloaded` and `database_unavailable`; changes
/// may also answer `outcome_unknown`.
///
/// Reads come from a cache of rendered pages (DESIGN.md 8). A change made by this server is seen at
/// once, one made by another server within 200 ms. Units and status are at most 100 ms old, and
/// never older than the last note_units_moved().
class catalog_service {
public:
    virtual ~catalog_service() = default;

    virtual asio::awaitable<result<product>> create_product(new_product wanted, user_id actor) = 0;
    /// Errors: product_not_found.
    virtual asio::awaitable<result<rendered_ptr<product>>> read_product(product_id id) = 0;
    virtual asio::awaitable<result<rendered_ptr<page<product>>>> list_products(
        product_search wanted) = 0;
    /// Errors: product_not_found, precondition_failed.
    virtual asio::awaitable<result<product>> change_product(product_id id, product_change wanted,
                                                            version_condition upon) = 0;
    /// Hides the product from buyers for good. Errors: product_not_found, product_on_sale (a sale
    /// of it has not ended).
    virtual asio::awaitable<result<void>> retire_product(product_id id) = 0;
    /// Errors: product_not_found.
    virtual asio::awaitable<result<product_stock>> read_stock(product_id id) = 0;
    /// Adds `delta` (not 0) units to the general pool, or takes them out when it is negative.
    /// Errors: product_not_found, stock_conflict (fewer are available).
    virtual asio::awaitable<result<stock::movement>> adjust_stock(product_id id, std::int64_t delta,
                                                                  std::string reason,
                                                                  user_id actor) = 0;
    /// Errors: product_not_found, validation_failed (cursor).
    virtual asio::awaitable<result<page<stock::movement>>> list_movements(product_id id,
                                                                          page_request request) = 0;

    /// Allocates units from the general pool, then opens the gate. Errors: validation_failed
    /// (`/ends_at` is not after `/starts_at` and now), product_not_found, stock_conflict.
    virtual asio::awaitable<result<sale>> create_sale(new_sale wanted, user_id actor) = 0;
    /// Errors: sale_not_found.
    virtual asio::awaitable<result<rendered_ptr<sale>>> read_sale(sale_id id) = 0;
    /// Errors: validation_failed (cursor).
    virtual asio::awaitable<result<rendered_ptr<page<sale>>>> list_sales(page_request request,
                                                                         sale_filter filter) = 0;
    /// Errors: sale_not_found.
    virtual asio::awaitable<result<sale_stock>> read_sale_stock(sale_id id) = 0;
    /// Everything may change before the sale opens; then only `title` and `ends_at`; nothing after
    /// its end. Errors: sale_not_found, precondition_failed, sale_state, validation_failed
    /// (`/ends_at`), stock_conflict, gate_unavailable (whether it has opened is not known).
    virtual asio::awaitable<result<sale>> change_sale(sale_id id, sale_change wanted, user_id actor,
                                                      version_condition upon) = 0;
    /// Pauses or resumes; again: the same answer. Errors: sale_not_found, sale_state (it has
    /// ended).
    virtual asio::awaitable<result<sale>> pause_sale(sale_id id, bool paused) = 0;
    /// Closes for good; again: the same answer. Unsold units go back to the general pool.
    /// Errors: sale_not_found.
    virtual asio::awaitable<result<sale>> close_sale(sale_id id, user_id actor) = 0;

    /// This server sold units, or got some back: pages must show it. Never blocks.
    virtual void note_units_moved() noexcept = 0;
};

}  // namespace market::catalog
