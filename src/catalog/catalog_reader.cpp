#include "catalog_reader.hpp"

#include "product_queries.hpp"
#include "sale_queries.hpp"

#include <market/stock/ledger.hpp>

#include <algorithm>
#include <unordered_map>

namespace market::catalog {

namespace {

namespace ledger = stock::ledger;

/// One more than the page holds tells whether there is another page.
std::size_t rows_wanted(int limit) { return static_cast<std::size_t>(limit) + 1; }

std::vector<sale_record> with_pools(db::transaction& tx, std::vector<sale_row> rows) {
    std::vector<sale_id> ids;
    for (const auto& row : rows) ids.push_back(row.id);
    std::unordered_map<pool_id, stock::pool> pools;
    for (auto& pool : ledger::pools_of_sales(tx, ids)) pools.emplace(pool.id, pool);
    std::vector<sale_record> out;
    out.reserve(rows.size());
    for (auto& row : rows) {
        const auto pool = pools[pool_of(row.id)];
        out.push_back({std::move(row), pool});
    }
    return out;
}

/// The units of a sale are stock's, so `open` and `sold_out` are told apart here and not in SQL.
bool fits(const sale_record& sale, const sale_filter& filter, instant now) {
    return !filter.status || status_of(sale.row, now, sale.pool.available()) == *filter.status;
}

/// Reads on until the page is full, for a page that is cut short would end the list.
std::vector<sale_record> newest_records(db::transaction& tx, const sale_filter& filter, instant now,
                                        std::optional<sale_id> before, std::size_t wanted) {
    const bool by_units =
        filter.status == sale_status::open || filter.status == sale_status::sold_out;
    const std::size_t step = by_units ? std::max<std::size_t>(wanted, 100) : wanted;
    std::vector<sale_record> out;
    for (bool more = true; more && out.size() < wanted;) {
        auto step_rows = newest_sales(tx, filter, now, before, step);
        more = step_rows.size() == step;
        if (!step_rows.empty()) before = step_rows.back().id;
        for (auto& one : with_pools(tx, std::move(step_rows))) {
            if (out.size() < wanted && fits(one, filter, now)) out.push_back(std::move(one));
        }
    }
    return out;
}

page<sale> present_all(const record_page& records,
                       const std::vector<std::optional<stock::gate_view>>& views, instant now) {
    page<sale> out{.items = {}, .next_cursor = records.next_cursor};
    out.items.reserve(records.items.size());
    for (std::size_t i = 0; i < records.items.size(); ++i)
        out.items.push_back(present(records.items[i], views[i], now));
    return out;
}

std::vector<sale_id> ids_of(const record_page& records) {
    std::vector<sale_id> out;
    for (const auto& one : records.items) out.push_back(one.row.id);
    return out;
}

}  // namespace

result<sale_record> find_record(db::transaction& tx, sale_id id) {
    auto row = find_sale(tx, id);
    if (!row) return failure{errc::sale_not_found, "There is no such sale."};
    return std::move(with_pools(tx, {std::move(*row)}).front());
}

void fill_available(db::transaction& tx, std::vector<product>& products) {
    std::vector<product_id> ids;
    for (const auto& one : products) ids.push_back(one.id);
    const auto available = ledger::available_of(tx, ids);
    for (auto& one : products) {
        if (const auto found = available.find(one.id); found != available.end()) {
            one.available = found->second;
        }
    }
}

asio::awaitable<result<product>> catalog_reader::read_product(product_id id) {
    auto find = [id](db::transaction& tx) -> result<product> {
        auto row = find_product(tx, id, retired_ones::hidden);
        if (!row) return failure{errc::product_not_found, "There is no such product."};
        std::vector<product> one{std::move(*row)};
        fill_available(tx, one);
        return std::move(one.front());
    };
    co_return co_await database_.read(std::move(find));
}

asio::awaitable<result<page<product>>> catalog_reader::search(product_search wanted) {
    auto find = [wanted](db::transaction& tx) -> result<std::vector<product>> {
        auto products = search_products(tx, wanted, rows_wanted(wanted.limit));
        fill_available(tx, products);
        return products;
    };
    auto products = co_await database_.read(std::move(find));
    if (!products) co_return products.error();
    page<product> out;
    const bool more = products->size() > static_cast<std::size_t>(wanted.limit);
    if (more) {
        products->pop_back();
        out.next_cursor = make_product_cursor(products->back(), wanted.sort);
    }
    out.items = std::move(*products);
    co_return out;
}

asio::awaitable<result<sale_record>> catalog_reader::read_record(sale_id id) {
    auto find = [id](db::transaction& tx) { return find_record(tx, id); };
    // One state, so that a sale being closed is never shown open with its units gone.
    co_return co_await database_.read(std::move(find), db::access::snapshot);
}

asio::awaitable<result<record_page>> catalog_reader::list_records(page_request request,
                                                                  sale_filter filter,
                                                                  std::optional<sale_id> before) {
    auto find = [this, filter, before, max = rows_wanted(request.limit)](
                    db::transaction& tx) -> result<std::vector<sale_record>> {
        return newest_records(tx, filter, clock_.now(), before, max);
    };
    auto records = co_await database_.read(std::move(find), db::access::snapshot);
    if (!records) co_return records.error();
    co_return cut_page(std::move(*records), request,
                       [](const sale_record& one) { return one.row.id; });
}

asio::awaitable<std::vector<std::optional<stock::gate_view>>> catalog_reader::look(
    std::vector<sale_id> ids) {
    std::vector<std::optional<stock::gate_view>> out(ids.size());
    if (ids.empty()) co_return out;
    const auto views = co_await gate_.look(std::move(ids));
    if (views) std::ranges::copy(*views, out.begin());
    co_return out;
}

asio::awaitable<page<sale>> catalog_reader::present_page(
    std::shared_ptr<const record_page> records) {
    auto ids = ids_of(*records);
    const auto views = co_await look(std::move(ids));
    co_return present_all(*records, views, clock_.now());
}

asio::awaitable<sale> catalog_reader::present_one(sale_record record) {
    record_page one;
    one.items.push_back(std::move(record));
    auto records = std::make_shared<const record_page>(std::move(one));
    auto shown = co_await present_page(std::move(records));
    co_return std::move(shown.items.front());
}

asio::awaitable<std::optional<page<sale>>> catalog_reader::present_by_gate(
    std::shared_ptr<const record_page> records) {
    auto ids = ids_of(*records);
    const auto views = co_await look(std::move(ids));
    for (std::size_t i = 0; i < views.size(); ++i)
        if (!is_told_by_gate(records->items[i], views[i])) co_return std::nullopt;
    co_return present_all(*records, views, clock_.now());
}

}  // namespace market::catalog
