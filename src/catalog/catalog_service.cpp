#include <market/catalog/catalog_module.hpp>

#include "page_cache.hpp"
#include "product_changes.hpp"
#include "product_queries.hpp"
#include "sale_changes.hpp"

#include <market/stock/ledger.hpp>

namespace market::catalog {

namespace {

namespace ledger = stock::ledger;

/// Says what was asked, so that equal questions share an answer and others never do: texts are
/// given with their lengths.
class key_text {
public:
    explicit key_text(std::string kind) : text_(std::move(kind)) {}
    key_text& operator<<(std::string_view part) {
        text_ += '/' + std::to_string(part.size()) + ':';
        text_ += part;
        return *this;
    }
    key_text& operator<<(std::int64_t number) { return *this << std::to_string(number); }
    template <class Tag>
    key_text& operator<<(const id<Tag>& part) {
        return *this << to_string(part);
    }
    template <class T>
    key_text& operator<<(const std::optional<T>& part) {
        if (part) return *this << *part;
        text_ += "/-";
        return *this;
    }
    std::string text() && { return std::move(text_); }

private:
    std::string text_;
};

std::string key_of(const product_search& wanted) {
    key_text out{"products"};
    out << wanted.query << wanted.category << static_cast<std::int64_t>(wanted.sort)
        << std::int64_t{wanted.limit};
    if (wanted.after)
        out << wanted.after->id << wanted.after->price.minor_units << wanted.after->name;
    return std::move(out).text();
}

std::string key_of(const page_request& request, const sale_filter& filter) {
    std::optional<std::int64_t> status;
    if (filter.status) status = static_cast<std::int64_t>(*filter.status);
    key_text out{"sales"};
    out << status << filter.product << std::int64_t{request.limit} << request.cursor;
    return std::move(out).text();
}

struct nothing {};
using product_cache = page_cache<product, nothing>;
using product_page_cache = page_cache<page<product>, nothing>;
using sale_cache = page_cache<sale, record_page>;
using sale_page_cache = page_cache<page<sale>, record_page>;

class service final : public catalog_service {
public:
    service(db::async_database database, const wall_clock& clock, stock::stock_gate& gate,
            stock::gate_rebuilder& rebuilder, settings chosen)
        : database_(database),
          clock_(clock),
          chosen_(std::move(chosen)),
          reader_(database, clock, gate),
          sales_(database, clock, gate, rebuilder, reader_, chosen_),
          versions_(database),
          product_cache_(versions_, clock, chosen_.fresh_for),
          product_page_cache_(versions_, clock, chosen_.fresh_for),
          sale_cache_(versions_, clock, chosen_.fresh_for),
          sale_page_cache_(versions_, clock, chosen_.fresh_for) {}

    asio::awaitable<result<product>> create_product(new_product wanted, user_id actor) override {
        product made{.id = make_id<product_id>(),
                     .name = std::move(wanted.name),
                     .description = std::move(wanted.description),
                     .category = std::move(wanted.category),
                     .price = wanted.price,
                     .image_url = std::move(wanted.image_url),
                     .available = wanted.stock,
                     .created_at = clock_.now(),
                     .version = 1};
        auto insert = [this, made = std::move(made),
                       actor](db::transaction& tx) -> result<product> {
            return create_product_in(tx, made, to_string(actor), chosen_.low_at);
        };
        co_return noted(co_await database_.write(std::move(insert)));
    }

    asio::awaitable<result<rendered_ptr<product>>> read_product(product_id id) override {
        product_cache::maker make =
            [this,
             id](std::shared_ptr<const nothing>) -> asio::awaitable<result<product_cache::made>> {
            auto found = co_await reader_.read_product(id);
            if (!found) co_return found.error();
            co_return product_cache::made{render(std::move(*found), chosen_.currency)};
        };
        co_return co_await product_cache_.show(to_string(id), std::move(make));
    }

    asio::awaitable<result<rendered_ptr<page<product>>>> list_products(
        product_search wanted) override {
        product_page_cache::maker make = [this, wanted](std::shared_ptr<const nothing>)
            -> asio::awaitable<result<product_page_cache::made>> {
            auto found = co_await reader_.search(wanted);
            if (!found) co_return found.error();
            co_return product_page_cache::made{render(std::move(*found), chosen_.currency)};
        };
        co_return co_await product_page_cache_.show(key_of(wanted), std::move(make));
    }

    asio::awaitable<result<product>> change_product(product_id id, product_change wanted,
                                                    version_condition upon) override {
        auto update = [id, wanted = std::move(wanted), upon = std::move(upon)](
                          db::transaction& tx) { return change_product_in(tx, id, wanted, upon); };
        co_return noted(co_await database_.write(std::move(update)));
    }

    asio::awaitable<result<void>> retire_product(product_id id) override {
        auto retire = [id, now = clock_.now()](db::transaction& tx) {
            return retire_product_in(tx, id, now);
        };
        co_return noted(co_await database_.write(std::move(retire)));
    }

    asio::awaitable<result<product_stock>> read_stock(product_id id) override {
        auto find = [id](db::transaction& tx) { return stock_in(tx, id); };
        co_return co_await database_.read(std::move(find));
    }

    asio::awaitable<result<stock::movement>> adjust_stock(product_id id, std::int64_t delta,
                                                          std::string reason,
                                                          user_id actor) override {
        auto adjust = [id, delta, reason = std::move(reason), actor,
                       now = clock_.now()](db::transaction& tx) {
            return ledger::adjust(tx, id, delta, reason, to_string(actor), now);
        };
        co_return noted(co_await database_.write(std::move(adjust)));
    }

    asio::awaitable<result<page<stock::movement>>> list_movements(product_id id,
                                                                  page_request request) override {
        auto before = cursor_position<stock::movement_id>(request);
        if (!before) co_return before.error();
        auto find = [id, before = *before, max = request.limit + 1](
                        db::transaction& tx) -> result<std::vector<stock::movement>> {
            if (!find_product(tx, id, retired_ones::shown))
                return failure{errc::product_not_found, "There is no such product."};
            return ledger::movements_of(tx, id, max, before);
        };
        auto rows = co_await database_.read(std::move(find));
        if (!rows) co_return rows.error();
        co_return cut_page(std::move(*rows), request,
                           [](const stock::movement& one) { return one.id; });
    }

    asio::awaitable<result<sale>> create_sale(new_sale wanted, user_id actor) override {
        co_return noted(co_await sales_.create(std::move(wanted), actor));
    }

    asio::awaitable<result<rendered_ptr<sale>>> read_sale(sale_id id) override {
        sale_cache::maker make = [this, id](std::shared_ptr<const record_page> kept)
            -> asio::awaitable<result<sale_cache::made>> {
            auto found = co_await one_sale(id, std::move(kept));
            if (!found) co_return found.error();
            co_return sale_cache::made{
                render(std::move(found->now.items.front()), chosen_.currency), found->records};
        };
        co_return co_await sale_cache_.show(to_string(id), std::move(make));
    }

    asio::awaitable<result<rendered_ptr<page<sale>>>> list_sales(page_request request,
                                                                 sale_filter filter) override {
        auto before = cursor_position<sale_id>(request);
        if (!before) co_return before.error();
        sale_page_cache::maker make = [this, request, filter,
                                       before = *before](std::shared_ptr<const record_page> kept)
            -> asio::awaitable<result<sale_page_cache::made>> {
            auto found = co_await many_sales(request, filter, before, std::move(kept));
            if (!found) co_return found.error();
            // Of a status the clock and the units decide too: those sales are read each time.
            auto records = filter.status ? nullptr : found->records;
            co_return sale_page_cache::made{render(std::move(found->now), chosen_.currency),
                                            std::move(records)};
        };
        co_return co_await sale_page_cache_.show(key_of(request, filter), std::move(make));
    }

    asio::awaitable<result<sale_stock>> read_sale_stock(sale_id id) override {
        auto record = co_await reader_.read_record(id);
        if (!record) co_return record.error();
        std::vector<sale_id> one(1, id);
        const auto views = co_await reader_.look(std::move(one));
        co_return stock_of(record->pool, views.front());
    }

    asio::awaitable<result<sale>> change_sale(sale_id id, sale_change wanted, user_id actor,
                                              version_condition upon) override {
        co_return noted(co_await sales_.change(id, std::move(wanted), actor, std::move(upon)));
    }

    asio::awaitable<result<sale>> pause_sale(sale_id id, bool paused) override {
        co_return noted(co_await sales_.pause(id, paused));
    }

    asio::awaitable<result<sale>> close_sale(sale_id id, user_id actor) override {
        co_return noted(co_await sales_.close(id, actor));
    }

    void note_units_moved() noexcept override { versions_.moved(); }

private:
    struct sales_found {
        page<sale> now;
        std::shared_ptr<const record_page> records;
    };

    /// Failed changes too: one whose outcome is not known may have been made.
    template <class T>
    T noted(T outcome) {
        versions_.changed();
        return outcome;
    }

    asio::awaitable<result<sales_found>> one_sale(sale_id id,
                                                  std::shared_ptr<const record_page> kept) {
        if (kept) {
            if (auto now = co_await reader_.present_by_gate(kept))
                co_return sales_found{std::move(*now), std::move(kept)};
        }
        auto record = co_await reader_.read_record(id);
        if (!record) co_return record.error();
        record_page one;
        one.items.push_back(std::move(*record));
        auto records = std::make_shared<const record_page>(std::move(one));
        auto now = co_await reader_.present_page(records);
        co_return sales_found{std::move(now), std::move(records)};
    }

    asio::awaitable<result<sales_found>> many_sales(page_request request, sale_filter filter,
                                                    std::optional<sale_id> before,
                                                    std::shared_ptr<const record_page> kept) {
        if (kept) {
            if (auto now = co_await reader_.present_by_gate(kept))
                co_return sales_found{std::move(*now), std::move(kept)};
        }
        auto found = co_await reader_.list_records(std::move(request), filter, before);
        if (!found) co_return found.error();
        auto records = std::make_shared<const record_page>(std::move(*found));
        auto now = co_await reader_.present_page(records);
        co_return sales_found{std::move(now), std::move(records)};
    }

    db::async_database database_;
    const wall_clock& clock_;
    const settings chosen_;
    catalog_reader reader_;
    sale_changes sales_;
    version_watch versions_;
    product_cache product_cache_;
    product_page_cache product_page_cache_;
    sale_cache sale_cache_;
    sale_page_cache sale_page_cache_;
};

}  // namespace

std::unique_ptr<catalog_service> make_catalog_service(db::async_database database,
                                                      const wall_clock& clock,
                                                      stock::stock_gate& gate,
                                                      stock::gate_rebuilder& rebuilder,
                                                      settings chosen) {
    return std::make_unique<service>(database, clock, gate, rebuilder, std::move(chosen));
}

}  // namespace market::catalog
