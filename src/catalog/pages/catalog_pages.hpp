#pragma once
/// What a crowd reloads, rendered and cached (DESIGN.md 8).
#include "pages/page_cache.hpp"
#include "products/product_reader.hpp"
#include "sales/sale_reader.hpp"

#include <market/catalog/catalog_module.hpp>

namespace market::catalog {

/// Thread-safe. All arguments outlive it. Errors: as in catalog_service.
class catalog_pages {
public:
    catalog_pages(version_watch& versions, const wall_clock& clock, product_reader& products,
                  sale_reader& sales, const settings& chosen)
        : products_(products),
          sales_(sales),
          chosen_(chosen),
          product_cache_(versions, clock, chosen.fresh_for),
          product_list_cache_(versions, clock, chosen.fresh_for),
          sale_cache_(versions, clock, chosen.fresh_for),
          sale_list_cache_(versions, clock, chosen.fresh_for) {}

    asio::awaitable<result<rendered_ptr<product>>> read_product(product_id id);
    asio::awaitable<result<rendered_ptr<page<product>>>> list_products(product_search wanted);
    asio::awaitable<result<rendered_ptr<sale>>> read_sale(sale_id id);
    asio::awaitable<result<rendered_ptr<page<sale>>>> list_sales(page_request request,
                                                                 sale_filter filter);

private:
    struct no_source {};
    using product_cache = page_cache<product, no_source>;
    using product_list_cache = page_cache<page<product>, no_source>;
    using sale_cache = page_cache<sale, record_page>;
    using sale_list_cache = page_cache<page<sale>, record_page>;

    struct current_sales {
        page<sale> sales;
        std::shared_ptr<const record_page> records;
    };
    /// From the cached records if the gate's view suffices; else from the database.
    asio::awaitable<result<current_sales>> find_sale(sale_id id,
                                                     std::shared_ptr<const record_page> cached);
    asio::awaitable<result<current_sales>> find_sales(page_request request, sale_filter filter,
                                                      std::optional<sale_id> before,
                                                      std::shared_ptr<const record_page> cached);

    product_reader& products_;
    sale_reader& sales_;
    const settings& chosen_;
    product_cache product_cache_;
    product_list_cache product_list_cache_;
    sale_cache sale_cache_;
    sale_list_cache sale_list_cache_;
};

}  // namespace market::catalog
