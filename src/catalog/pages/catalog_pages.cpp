#include "pages/catalog_pages.hpp"

#include "pages/page_key.hpp"

namespace market::catalog {

asio::awaitable<result<rendered_ptr<product>>> catalog_pages::read_product(product_id id) {
    product_cache::renderer render_product =
        [this, id](
            std::shared_ptr<const no_source>) -> asio::awaitable<result<product_cache::rendering>> {
        auto product = co_await products_.read(id);
        if (!product) co_return product.error();
        co_return product_cache::rendering{render(std::move(*product), chosen_.currency)};
    };
    co_return co_await product_cache_.get(to_string(id), std::move(render_product));
}

asio::awaitable<result<rendered_ptr<page<product>>>> catalog_pages::list_products(
    product_search wanted) {
    product_list_cache::renderer render_page = [this, wanted](std::shared_ptr<const no_source>)
        -> asio::awaitable<result<product_list_cache::rendering>> {
        auto products = co_await products_.search(wanted);
        if (!products) co_return products.error();
        co_return product_list_cache::rendering{render(std::move(*products), chosen_.currency)};
    };
    co_return co_await product_list_cache_.get(page_key_of(wanted), std::move(render_page));
}

asio::awaitable<result<rendered_ptr<sale>>> catalog_pages::read_sale(sale_id id) {
    sale_cache::renderer render_sale = [this, id](std::shared_ptr<const record_page> cached)
        -> asio::awaitable<result<sale_cache::rendering>> {
        auto found = co_await find_sale(id, std::move(cached));
        if (!found) co_return found.error();
        co_return sale_cache::rendering{
            render(std::move(found->sales.items.front()), chosen_.currency), found->records};
    };
    co_return co_await sale_cache_.get(to_string(id), std::move(render_sale));
}

asio::awaitable<result<rendered_ptr<page<sale>>>> catalog_pages::list_sales(page_request request,
                                                                            sale_filter filter) {
    auto before = cursor_position<sale_id>(request);
    if (!before) co_return before.error();
    sale_list_cache::renderer render_page =
        [this, request, filter, before = *before](std::shared_ptr<const record_page> cached)
        -> asio::awaitable<result<sale_list_cache::rendering>> {
        auto found = co_await find_sales(request, filter, before, std::move(cached));
        if (!found) co_return found.error();
        // Clock and units also decide which sales have a status: such a list is read each time.
        auto records = filter.status ? nullptr : found->records;
        co_return sale_list_cache::rendering{render(std::move(found->sales), chosen_.currency),
                                             std::move(records)};
    };
    co_return co_await sale_list_cache_.get(page_key_of(request, filter), std::move(render_page));
}

asio::awaitable<result<catalog_pages::current_sales>> catalog_pages::find_sale(
    sale_id id, std::shared_ptr<const record_page> cached) {
    if (cached) {
        if (auto sales = co_await sales_.current_page_by_gate(cached))
            co_return current_sales{std::move(*sales), std::move(cached)};
    }
    auto record = co_await sales_.read_record(id);
    if (!record) co_return record.error();
    record_page one;
    one.items.push_back(std::move(*record));
    auto records = std::make_shared<const record_page>(std::move(one));
    auto sales = co_await sales_.current_page(records);
    co_return current_sales{std::move(sales), std::move(records)};
}

asio::awaitable<result<catalog_pages::current_sales>> catalog_pages::find_sales(
    page_request request, sale_filter filter, std::optional<sale_id> before,
    std::shared_ptr<const record_page> cached) {
    if (cached) {
        if (auto sales = co_await sales_.current_page_by_gate(cached))
            co_return current_sales{std::move(*sales), std::move(cached)};
    }
    auto page = co_await sales_.list_records(std::move(request), filter, before);
    if (!page) co_return page.error();
    auto records = std::make_shared<const record_page>(std::move(*page));
    auto sales = co_await sales_.current_page(records);
    co_return current_sales{std::move(sales), std::move(records)};
}

}  // namespace market::catalog
