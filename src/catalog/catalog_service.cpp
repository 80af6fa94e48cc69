#include <market/catalog/catalog_module.hpp>

#include "pages/catalog_pages.hpp"
#include "products/product_changes.hpp"
#include "products/product_queries.hpp"
#include "sales/sale_changes.hpp"

#include <market/stock/ledger.hpp>

namespace market::catalog {

namespace {

namespace ledger = stock::ledger;

/// The catalog in the database, read through cached pages.
class database_catalog final : public catalog_service {
public:
    database_catalog(db::async_database database, const wall_clock& clock, stock::stock_gate& gate,
                     stock::gate_rebuilder& rebuilder, settings chosen)
        : database_(database),
          clock_(clock),
          chosen_(std::move(chosen)),
          products_(database),
          sales_(database, clock, gate),
          sale_changes_(database, clock, gate, rebuilder, sales_, chosen_),
          versions_(database),
          pages_(versions_, clock, products_, sales_, chosen_) {}

    asio::awaitable<result<product>> create_product(new_product wanted, user_id actor) override {
        product row{.id = make_id<product_id>(),
                    .name = std::move(wanted.name),
                    .description = std::move(wanted.description),
                    .category = std::move(wanted.category),
                    .price = wanted.price,
                    .image_url = std::move(wanted.image_url),
                    .available = wanted.stock,
                    .created_at = clock_.now(),
                    .version = 1};
        auto insert = [this, row = std::move(row), actor](db::transaction& tx) -> result<product> {
            return create_product_in(tx, row, to_string(actor), chosen_.low_at);
        };
        co_return noting_change(co_await database_.write(std::move(insert)));
    }

    asio::awaitable<result<rendered_ptr<product>>> read_product(product_id id) override {
        return pages_.read_product(id);
    }

    asio::awaitable<result<rendered_ptr<page<product>>>> list_products(
        product_search wanted) override {
        return pages_.list_products(std::move(wanted));
    }

    asio::awaitable<result<product>> change_product(product_id id, product_change wanted,
                                                    version_condition upon) override {
        auto update = [id, wanted = std::move(wanted), upon = std::move(upon)](
                          db::transaction& tx) { return change_product_in(tx, id, wanted, upon); };
        co_return noting_change(co_await database_.write(std::move(update)));
    }

    asio::awaitable<result<void>> retire_product(product_id id) override {
        auto retire = [id, now = clock_.now()](db::transaction& tx) {
            return retire_product_in(tx, id, now);
        };
        co_return noting_change(co_await database_.write(std::move(retire)));
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
        co_return noting_change(co_await database_.write(std::move(adjust)));
    }

    asio::awaitable<result<page<stock::movement>>> list_movements(product_id id,
                                                                  page_request request) override {
        auto before = cursor_position<stock::movement_id>(request);
        if (!before) co_return before.error();
        auto find = [id, before = *before, max = request.limit + 1](
                        db::transaction& tx) -> result<std::vector<stock::movement>> {
            if (!find_product(tx, id, retired_products::included))
                return failure{errc::product_not_found, "there is no such product"};
            return ledger::movements_of(tx, id, max, before);
        };
        auto movements = co_await database_.read(std::move(find));
        if (!movements) co_return movements.error();
        co_return cut_page(std::move(*movements), request,
                           [](const stock::movement& one) { return one.id; });
    }

    asio::awaitable<result<sale>> create_sale(new_sale wanted, user_id actor) override {
        co_return noting_change(co_await sale_changes_.create(std::move(wanted), actor));
    }

    asio::awaitable<result<rendered_ptr<sale>>> read_sale(sale_id id) override {
        return pages_.read_sale(id);
    }

    asio::awaitable<result<rendered_ptr<page<sale>>>> list_sales(page_request request,
                                                                 sale_filter filter) override {
        return pages_.list_sales(std::move(request), filter);
    }

    asio::awaitable<result<sale_stock>> read_sale_stock(sale_id id) override {
        auto record = co_await sales_.read_record(id);
        if (!record) co_return record.error();
        const auto view = co_await sales_.gate_view_of(id);
        co_return stock_of(record->pool, view);
    }

    asio::awaitable<result<sale>> change_sale(sale_id id, sale_change wanted, user_id actor,
                                              version_condition upon) override {
        co_return noting_change(
            co_await sale_changes_.change(id, std::move(wanted), actor, std::move(upon)));
    }

    asio::awaitable<result<sale>> pause_sale(sale_id id, bool paused) override {
        co_return noting_change(co_await sale_changes_.pause(id, paused));
    }

    asio::awaitable<result<sale>> close_sale(sale_id id, user_id actor) override {
        co_return noting_change(co_await sale_changes_.close(id, actor));
    }

    void note_units_moved() noexcept override { versions_.note_own_unit_change(); }

private:
    /// Notes a change, so that pages rendered before are not served any more. A failed one too,
    /// because a change with an unknown outcome may have been made.
    template <class T>
    T noting_change(T outcome) {
        versions_.note_own_change();
        return outcome;
    }

    db::async_database database_;
    const wall_clock& clock_;
    const settings chosen_;
    product_reader products_;
    sale_reader sales_;
    sale_changes sale_changes_;
    version_watch versions_;
    catalog_pages pages_;
};

}  // namespace

std::unique_ptr<catalog_service> make_catalog_service(db::async_database database,
                                                      const wall_clock& clock,
                                                      stock::stock_gate& gate,
                                                      stock::gate_rebuilder& rebuilder,
                                                      settings chosen) {
    return std::make_unique<database_catalog>(database, clock, gate, rebuilder, std::move(chosen));
}

}  // namespace market::catalog
