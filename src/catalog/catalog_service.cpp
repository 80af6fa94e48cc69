#include <market/catalog/catalog_module.hpp>

#include <market/base/log.hpp>
#include <market/stock/ledger.hpp>

#include "product_queries.hpp"
#include "sale_queries.hpp"
#include "sale_rules.hpp"

namespace market::catalog {

namespace {

namespace ledger = stock::ledger;

failure no_product() { return {errc::product_not_found, "There is no such product."}; }
failure no_sale() { return {errc::sale_not_found, "There is no such sale."}; }

/// One more than the page holds tells whether there is another page.
std::size_t rows_wanted(const page_request& request) {
    return static_cast<std::size_t>(request.limit) + 1;
}

/// A sale as the record has it.
struct sale_record {
    sale_row row;
    stock::pool pool;
};

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

result<sale_record> find_record(db::transaction& tx, sale_id id) {
    auto row = find_sale(tx, id);
    if (!row) return no_sale();
    return std::move(with_pools(tx, {std::move(*row)}).front());
}

class service final : public catalog_service {
public:
    service(db::database& database, worker_pool& blocking, const wall_clock& clock,
            stock::stock_gate& gate, stock::gate_rebuilder& rebuilder)
        : database_(database),
          blocking_(blocking),
          clock_(clock),
          gate_(gate),
          rebuilder_(rebuilder) {}

    asio::awaitable<result<product>> create_product(new_product wanted, user_id actor) override {
        product made{.id = make_id<product_id>(),
                     .name = std::move(wanted.name),
                     .description = std::move(wanted.description),
                     .category = std::move(wanted.category),
                     .price = wanted.price,
                     .image_url = std::move(wanted.image_url),
                     .available = wanted.stock,
                     .created_at = clock_.now()};
        auto work = [this, made = std::move(made), actor] {
            return database_.write([&](db::transaction& tx) -> result<product> {
                insert_product(tx, made);
                ledger::open_general_pool(tx, made.id, made.available, to_string(actor),
                                          made.created_at);
                return made;
            });
        };
        co_return co_await blocking_.run(std::move(work));
    }

    asio::awaitable<result<product>> read_product(product_id id) override {
        auto work = [this, id] {
            return database_.read([&](db::transaction& tx) -> result<product> {
                auto found = find_product(tx, id, retired_ones::hidden);
                if (!found) return no_product();
                std::vector<product> one{std::move(*found)};
                fill_available(tx, one);
                return std::move(one.front());
            });
        };
        co_return co_await blocking_.run(std::move(work));
    }

    asio::awaitable<result<page<product>>> list_products(page_request request) override {
        auto before = cursor_position<product_id>(request);
        if (!before) co_return before.error();
        auto work = [this, before = *before, max = rows_wanted(request)] {
            return database_.read([&](db::transaction& tx) -> result<std::vector<product>> {
                auto products = newest_products(tx, before, max);
                fill_available(tx, products);
                return products;
            });
        };
        auto products = co_await blocking_.run(std::move(work));
        if (!products) co_return products.error();
        co_return cut_page(std::move(*products), request,
                           [](const product& one) { return one.id; });
    }

    asio::awaitable<result<product_stock>> read_stock(product_id id) override {
        auto work = [this, id] {
            return database_.read([&](auto& tx) { return stock_in(tx, id); });
        };
        co_return co_await blocking_.run(std::move(work));
    }

    asio::awaitable<result<page<stock::movement>>> list_movements(product_id id,
                                                                  page_request request) override {
        auto before = cursor_position<stock::movement_id>(request);
        if (!before) co_return before.error();
        auto work = [this, id, before = *before, max = request.limit + 1] {
            return database_.read([&](db::transaction& tx) -> result<std::vector<stock::movement>> {
                if (!find_product(tx, id, retired_ones::shown)) return no_product();
                return ledger::movements_of(tx, id, max, before);
            });
        };
        auto rows = co_await blocking_.run(std::move(work));
        if (!rows) co_return rows.error();
        co_return cut_page(std::move(*rows), request,
                           [](const stock::movement& one) { return one.id; });
    }

    asio::awaitable<result<sale>> create_sale(new_sale wanted, user_id actor) override {
        const instant now = clock_.now();
        if (auto fine = check_window(wanted.starts_at, wanted.ends_at, now); !fine) {
            co_return fine.error();
        }
        sale_row made{.id = make_id<sale_id>(),
                      .product = wanted.product,
                      .title = std::move(wanted.title),
                      .price = wanted.price,
                      .quantity = wanted.quantity,
                      .per_user_limit = wanted.per_user_limit,
                      .starts_at = wanted.starts_at,
                      .ends_at = wanted.ends_at,
                      .paused = false,
                      .closed_at = std::nullopt};
        auto work = [this, made, actor, now] {
            return database_.write([&](auto& tx) { return allocated(tx, made, actor, now); });
        };
        auto record = co_await blocking_.run(std::move(work));
        if (!record) co_return record.error();
        // The sale stands, whatever the gate says: the sweeper opens a gate that stays behind.
        const auto opened =
            co_await rebuilder_.rebuild(made.id, stock::rebuild_reason::sale_changed);
        if (!opened) warn("catalog.gate_not_opened", made.id, opened.error());
        co_return co_await presented_one(std::move(*record));
    }

    asio::awaitable<result<sale>> read_sale(sale_id id) override {
        auto record = co_await read_record(id);
        if (!record) co_return record.error();
        co_return co_await presented_one(std::move(*record));
    }

    asio::awaitable<result<page<sale>>> list_sales(page_request request,
                                                   sale_filter filter) override {
        auto before = cursor_position<sale_id>(request);
        if (!before) co_return before.error();
        auto work = [this, filter, before = *before, max = rows_wanted(request)] {
            auto newest = [&](db::transaction& tx) -> result<std::vector<sale_record>> {
                return newest_records(tx, filter, clock_.now(), before, max);
            };
            return database_.read(newest, db::access::snapshot);
        };
        auto records = co_await blocking_.run(std::move(work));
        if (!records) co_return records.error();
        auto cut = cut_page(std::move(*records), request,
                            [](const sale_record& one) { return one.row.id; });
        page<sale> out;
        out.next_cursor = std::move(cut.next_cursor);
        out.items = co_await presented(std::move(cut.items));
        co_return out;
    }

    asio::awaitable<result<sale_stock>> read_sale_stock(sale_id id) override {
        auto record = co_await read_record(id);
        if (!record) co_return record.error();
        std::vector<sale_id> one(1, id);
        const auto views = co_await looked_at(std::move(one));
        co_return stock_of(record->pool, views.front());
    }

    asio::awaitable<result<sale>> close_sale(sale_id id, user_id actor) override {
        const instant now = clock_.now();
        auto work = [this, id, actor, now] {
            return database_.write([&](db::transaction& tx) -> result<sale_record> {
                if (mark_closed(tx, id, now)) {
                    auto closed = ledger::close(tx, id, to_string(actor), now);
                    if (!closed) return closed.error();
                }
                return find_record(tx, id);
            });
        };
        auto record = co_await blocking_.run(std::move(work));
        if (!record) co_return record.error();
        // A gate that is left answers nothing wrong: its epoch is over.
        const auto removed = co_await gate_.remove(id);
        if (!removed) warn("catalog.gate_not_removed", id, removed.error());
        co_return co_await presented_one(std::move(*record));
    }

private:
    static result<product_stock> stock_in(db::transaction& tx, product_id id) {
        if (!find_product(tx, id, retired_ones::shown)) return no_product();
        product_stock out{.product = id, .available = 0, .pools = ledger::pools_of(tx, id)};
        for (const auto& pool : out.pools) {
            if (!pool.sale) out.available = pool.available();
        }
        return out;
    }

    static result<sale_record> allocated(db::transaction& tx, const sale_row& made, user_id actor,
                                         instant now) {
        if (!find_product(tx, made.product, retired_ones::hidden)) return no_product();
        auto moved =
            ledger::allocate(tx, made.product, made.id, made.quantity, to_string(actor), now);
        if (!moved) return moved.error();
        insert_sale(tx, made, now);
        return find_record(tx, made.id);
    }

    asio::awaitable<result<sale_record>> read_record(sale_id id) {
        auto work = [this, id] {
            // One state, so that a sale being closed is never shown open with its units gone.
            return database_.read([&](auto& tx) { return find_record(tx, id); },
                                  db::access::snapshot);
        };
        co_return co_await blocking_.run(std::move(work));
    }

    /// The gate's view of each; all empty when the gate is out of reach.
    asio::awaitable<std::vector<std::optional<stock::gate_view>>> looked_at(
        std::vector<sale_id> ids) {
        std::vector<std::optional<stock::gate_view>> out(ids.size());
        if (ids.empty()) co_return out;
        const auto views = co_await gate_.look(std::move(ids));
        if (views) std::ranges::copy(*views, out.begin());
        co_return out;
    }

    asio::awaitable<std::vector<sale>> presented(std::vector<sale_record> records) {
        std::vector<sale_id> ids;
        for (const auto& record : records) ids.push_back(record.row.id);
        const auto views = co_await looked_at(std::move(ids));
        const instant now = clock_.now();
        std::vector<sale> out;
        out.reserve(records.size());
        for (std::size_t i = 0; i < records.size(); ++i) {
            out.push_back(present(records[i].row, records[i].pool, views[i], now));
        }
        co_return out;
    }

    asio::awaitable<sale> presented_one(sale_record record) {
        std::vector<sale_record> one(1, std::move(record));
        auto shown = co_await presented(std::move(one));
        co_return std::move(shown.front());
    }

    static void warn(std::string_view event, sale_id id, const failure& why) {
        log::warning(event, {{"sale", to_string(id)}, {"detail", why.detail}});
    }

    db::database& database_;
    worker_pool& blocking_;
    const wall_clock& clock_;
    stock::stock_gate& gate_;
    stock::gate_rebuilder& rebuilder_;
};

}  // namespace

std::unique_ptr<catalog_service> make_catalog_service(db::database& database, worker_pool& blocking,
                                                      const wall_clock& clock,
                                                      stock::stock_gate& gate,
                                                      stock::gate_rebuilder& rebuilder) {
    return std::make_unique<service>(database, blocking, clock, gate, rebuilder);
}

}  // namespace market::catalog
