#include "sales/sale_reader.hpp"

#include "sales/sale_queries.hpp"

#include <market/stock/ledger.hpp>

#include <algorithm>
#include <unordered_map>

namespace market::catalog {

namespace {

namespace ledger = stock::ledger;

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

/// Units belong to stock, so `open` and `sold_out` are told apart here and not in SQL.
bool matches(const sale_record& sale, const sale_filter& filter, instant now) {
    return !filter.status || status_of(sale.row, now, sale.pool.available()) == *filter.status;
}

/// Reads until the page is full: a page with fewer sales would end the list.
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
            if (out.size() < wanted && matches(one, filter, now)) out.push_back(std::move(one));
        }
    }
    return out;
}

page<sale> sales_now(const record_page& records,
                     const std::vector<std::optional<stock::gate_view>>& views, instant now) {
    page<sale> out{.items = {}, .next_cursor = records.next_cursor};
    out.items.reserve(records.items.size());
    for (std::size_t i = 0; i < records.items.size(); ++i)
        out.items.push_back(current_sale(records.items[i], views[i], now));
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
    if (!row) return failure{errc::sale_not_found, "there is no such sale"};
    return std::move(with_pools(tx, {std::move(*row)}).front());
}

asio::awaitable<result<sale_record>> sale_reader::read_record(sale_id id) {
    auto find = [id](db::transaction& tx) { return find_record(tx, id); };
    // A snapshot, so that a sale being closed is never shown as open with its units gone.
    co_return co_await database_.read(std::move(find), db::access::snapshot);
}

asio::awaitable<result<record_page>> sale_reader::list_records(page_request request,
                                                               sale_filter filter,
                                                               std::optional<sale_id> before) {
    // One more than the page holds tells whether there is another page.
    auto find = [this, filter, before, max = static_cast<std::size_t>(request.limit) + 1](
                    db::transaction& tx) -> result<std::vector<sale_record>> {
        return newest_records(tx, filter, clock_.now(), before, max);
    };
    auto records = co_await database_.read(std::move(find), db::access::snapshot);
    if (!records) co_return records.error();
    co_return cut_page(std::move(*records), request,
                       [](const sale_record& one) { return one.row.id; });
}

asio::awaitable<std::vector<std::optional<stock::gate_view>>> sale_reader::gate_views(
    std::vector<sale_id> ids) {
    std::vector<std::optional<stock::gate_view>> out(ids.size());
    if (ids.empty()) co_return out;
    const auto views = co_await gate_.look(std::move(ids));
    if (views) std::ranges::copy(*views, out.begin());
    co_return out;
}

asio::awaitable<std::optional<stock::gate_view>> sale_reader::gate_view_of(sale_id id) {
    std::vector<sale_id> one(1, id);
    auto views = co_await gate_views(std::move(one));
    co_return views.front();
}

asio::awaitable<page<sale>> sale_reader::current_page(std::shared_ptr<const record_page> records) {
    auto ids = ids_of(*records);
    const auto views = co_await gate_views(std::move(ids));
    co_return sales_now(*records, views, clock_.now());
}

asio::awaitable<sale> sale_reader::current_sale(sale_record record) {
    const auto view = co_await gate_view_of(record.row.id);
    co_return catalog::current_sale(record, view, clock_.now());
}

asio::awaitable<std::optional<page<sale>>> sale_reader::current_page_by_gate(
    std::shared_ptr<const record_page> records) {
    auto ids = ids_of(*records);
    const auto views = co_await gate_views(std::move(ids));
    for (std::size_t i = 0; i < views.size(); ++i)
        if (!gate_suffices(records->items[i], views[i])) co_return std::nullopt;
    co_return sales_now(*records, views, clock_.now());
}

}  // namespace market::catalog
