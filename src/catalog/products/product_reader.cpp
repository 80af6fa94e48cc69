#include "products/product_reader.hpp"

#include "products/product_queries.hpp"

#include <market/stock/ledger.hpp>

namespace market::catalog {

void fill_available(db::transaction& tx, std::vector<product>& products) {
    std::vector<product_id> ids;
    for (const auto& one : products) ids.push_back(one.id);
    const auto available = stock::ledger::available_of(tx, ids);
    for (auto& one : products) {
        if (const auto units = available.find(one.id); units != available.end())
            one.available = units->second;
    }
}

asio::awaitable<result<product>> product_reader::read(product_id id) {
    auto find = [id](db::transaction& tx) -> result<product> {
        auto row = find_product(tx, id, retired_products::hidden);
        if (!row) return failure{errc::product_not_found, "there is no such product"};
        std::vector<product> one{std::move(*row)};
        fill_available(tx, one);
        return std::move(one.front());
    };
    co_return co_await database_.read(std::move(find));
}

asio::awaitable<result<page<product>>> product_reader::search(product_search wanted) {
    const auto limit = static_cast<std::size_t>(wanted.limit);
    auto find = [wanted, limit](db::transaction& tx) -> result<std::vector<product>> {
        auto products = search_products(tx, wanted, limit + 1);
        fill_available(tx, products);
        return products;
    };
    auto products = co_await database_.read(std::move(find));
    if (!products) co_return products.error();
    page<product> out;
    const bool has_next_page = products->size() > limit;
    if (has_next_page) {
        products->pop_back();
        out.next_cursor = make_product_cursor(products->back(), wanted.sort);
    }
    out.items = std::move(*products);
    co_return out;
}

}  // namespace market::catalog
