#pragma once
#include <market/catalog/catalog_module.hpp>
#include <market/catalog/catalog_record.hpp>
#include <market/stock/ledger.hpp>

#include "support/sqlite_shop.hpp"

namespace market::catalog::testing {

using namespace std::chrono_literals;
namespace ledger = stock::ledger;

/// A change of one member.
template <class Member, class Value>
sale_change only(Member sale_change::*member, Value value) {
    sale_change out;
    out.*member = value;
    return out;
}

/// A time that moves only when told to.
class manual_clock final : public wall_clock {
public:
    instant now() const override { return from_micros(micros_.load()); }
    void advance(std::chrono::microseconds by) { micros_ += by.count(); }

private:
    std::atomic<std::int64_t> micros_{1'800'000'000'000'000};
};

/// The memory gate, which can be put out of reach of what the catalog asks of it.
class cuttable_gate final : public stock::stock_gate {
public:
    explicit cuttable_gate(const wall_clock& clock) : whole_(stock::make_memory_gate(clock)) {}
    stock::stock_gate& whole() { return *whole_; }
    void cut() { cut_ = true; }
    void restore() { cut_ = false; }
    std::atomic<int> looks{0}, freezes{0};

    asio::awaitable<result<stock::admit_answer>> admit(stock::admission_request wanted) override {
        return whole_->admit(wanted);
    }
    void confirm(std::vector<stock::hold_ref> admissions) noexcept override {
        whole_->confirm(std::move(admissions));
    }
    asio::awaitable<result<void>> confirm_one(stock::hold_ref admission) override {
        return whole_->confirm_one(admission);
    }
    asio::awaitable<result<void>> cancel(stock::hold_ref admission) override {
        return whole_->cancel(admission);
    }
    asio::awaitable<result<stock::credit_answer>> give_back(stock::credit returned) override {
        return whole_->give_back(returned);
    }
    asio::awaitable<result<std::vector<stock::gate_view>>> look(
        std::vector<sale_id> sales) override {
        if (cut_) co_return unreachable();
        ++looks;
        co_return co_await whole_->look(std::move(sales));
    }
    asio::awaitable<result<std::vector<stock::hold>>> holds(sale_id sale, instant until) override {
        return whole_->holds(sale, until);
    }
    asio::awaitable<result<stock::gate_contents>> dump(sale_id sale) override {
        return whole_->dump(sale);
    }
    asio::awaitable<result<stock::gate_view>> freeze(sale_id sale) override {
        if (cut_) co_return unreachable();
        ++freezes;
        co_return co_await whole_->freeze(sale);
    }
    asio::awaitable<result<bool>> load_and_open(sale_id sale,
                                                stock::gate_contents contents) override {
        return whole_->load_and_open(sale, std::move(contents));
    }
    asio::awaitable<result<void>> remove(sale_id sale) override {
        if (cut_) co_return unreachable();
        co_return co_await whole_->remove(sale);
    }

private:
    static failure unreachable() { return {errc::gate_unavailable, "cut"}; }

    std::unique_ptr<stock::stock_gate> whole_;
    std::atomic<bool> cut_{false};
};

/// Loads a sale that has no orders; what the order module does with more care.
class plain_rebuilder final : public stock::gate_rebuilder {
public:
    plain_rebuilder(db::database& database, stock::stock_gate& gate)
        : database_(database), gate_(gate) {}
    void fail() { failing_ = true; }
    /// Why it was asked, in order.
    std::vector<stock::rebuild_reason> asked;

    asio::awaitable<result<void>> rebuild(sale_id sale, stock::rebuild_reason why) override {
        asked.push_back(why);
        if (failing_) co_return failure{errc::gate_unavailable, "the gate is down"};
        auto contents = read(sale);
        if (!contents) co_return contents.error();
        auto opened = co_await gate_.load_and_open(sale, std::move(*contents));
        if (!opened) co_return opened.error();
        co_return result<void>{};
    }

private:
    result<stock::gate_contents> read(sale_id sale) {
        return database_.write([&](db::transaction& tx) -> result<stock::gate_contents> {
            const auto pool = ledger::begin_load(tx, sale);
            if (!pool) return failure{errc::sale_not_found, "no pool"};
            const auto terms = terms_of_sales(tx, std::vector<sale_id>{sale}).at(sale);
            stock::gate_contents out;
            out.epoch = pool->gate_epoch;
            out.starts_at = terms.starts_at;
            out.ends_at = terms.ends_at;
            out.paused = terms.paused;
            out.per_user_limit = terms.per_user_limit;
            out.total = pool->total;
            out.sold = pool->sold;
            out.buyers = ledger::buyers_of(tx, sale);
            return out;
        });
    }

    db::database& database_;
    stock::stock_gate& gate_;
    std::atomic<bool> failing_{false};
};

/// A catalog on SQLite with the memory gate.
class catalog_shop : public market::testing::sqlite_shop {
public:
    manual_clock clock;
    cuttable_gate gate{clock};
    plain_rebuilder rebuilder{database(), gate};
    worker_pool blocking{2, 64};
    std::unique_ptr<catalog_service> catalog =
        make_catalog_service({database(), blocking}, clock, gate, rebuilder, {.fresh_for = 0ms});
    user_id admin = make_id<user_id>();

    /// What the call returns, run to its end.
    template <class T>
    T settle(asio::awaitable<T> call) {
        asio::io_context context;
        std::optional<T> out;
        asio::co_spawn(context, keep(std::move(call), out), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        context.run();
        blocking.wait_until_idle();  // a pool's thread may still be leaving the context
        return std::move(*out);
    }

    product a_product(std::int64_t units, std::string name = "Poster") {
        new_product wanted{.name = std::move(name),
                           .description = "A1\n\"signed\"",
                           .category = "prints",
                           .price = money{19'900},
                           .image_url = std::nullopt,
                           .stock = units};
        return settle(catalog->create_product(std::move(wanted), admin)).value();
    }

    /// Of two units a buyer, from now for an hour.
    new_sale wanted_sale(product_id of, std::int64_t units) const {
        return {.product = of,
                .title = "Release",
                .price = money{9'900},
                .quantity = units,
                .per_user_limit = 2,
                .starts_at = clock.now(),
                .ends_at = clock.now() + 1h};
    }
    result<sale> try_sale(new_sale wanted) {
        return settle(catalog->create_sale(std::move(wanted), admin));
    }
    sale a_sale(product_id of, std::int64_t units) {
        return try_sale(wanted_sale(of, units)).value();
    }
    sale read(sale_id id) { return settle(catalog->read_sale(id)).value()->value; }
    product read(product_id id) { return settle(catalog->read_product(id)).value()->value; }
    result<sale> change(sale_id id, sale_change wanted, version_condition upon = {}) {
        return settle(catalog->change_sale(id, std::move(wanted), admin, std::move(upon)));
    }
    result<sale> pause(sale_id id, bool paused = true) {
        return settle(catalog->pause_sale(id, paused));
    }
    /// How many events of the type wait in the outbox; all when it is empty.
    std::int64_t events(const std::string& type = "") {
        db::sql text;
        text << "SELECT COUNT(*) FROM outbox WHERE 1 = 1";
        if (!type.empty()) text << " AND type = " << type;
        return count(text);
    }
    /// One number out of the record.
    std::int64_t count(const db::sql& text) {
        auto ask = [&](db::transaction& tx) -> result<std::int64_t> {
            return std::get<0>(tx.query_one<std::int64_t>(text).value());
        };
        return database().read(ask).value();
    }
    stock::gate_view view(sale_id id) { return settle(gate.look({id})).value().front(); }
    product_stock stock_of(product_id id) { return settle(catalog->read_stock(id)).value(); }
    sale_stock stock_of(sale_id id) { return settle(catalog->read_sale_stock(id)).value(); }
    std::vector<stock::movement> movements(product_id id) {
        return settle(catalog->list_movements(id, {.limit = 100, .cursor = {}})).value().items;
    }

    /// A buyer gets in with `units`, whose order is not written yet.
    void hold(sale_id sale, std::int64_t units) {
        const stock::admission_request wanted{.sale = sale,
                                              .buyer = make_id<user_id>(),
                                              .units = units,
                                              .key = make_random_id<purchase_key>(),
                                              .attempt = make_random_id<attempt_id>()};
        if (!std::holds_alternative<stock::admitted>(settle(gate.admit(wanted)).value())) {
            throw std::runtime_error("not admitted");
        }
    }

    /// Orders of `units` were written.
    void sell(sale_id sale, std::int64_t units) {
        const auto sold = database().write([&](db::transaction& tx) -> result<void> {
            const auto pool = ledger::find(tx, pool_of(sale)).value();
            if (!ledger::take(tx, {.pool = pool.id, .units = units, .epoch = pool.gate_epoch})) {
                return failure{errc::sold_out, "too many"};
            }
            return {};
        });
        sold.value();
    }

    void execute(const db::sql& statement) {
        const auto done = database().write([&](db::transaction& tx) -> result<void> {
            tx.execute(statement);
            return {};
        });
        done.value();
    }

private:
    template <class T>
    static asio::awaitable<void> keep(asio::awaitable<T> call, std::optional<T>& out) {
        out.emplace(co_await std::move(call));
    }
};

/// All pages of a list, from the first; `between` is called after each.
template <class List, class Between>
auto walk(List list, int limit, Between between) {
    std::vector<decltype(list(page_request{}).items)> pages;
    page_request request{.limit = limit, .cursor = {}};
    do {
        auto next = list(request);
        request.cursor = next.next_cursor;
        pages.push_back(std::move(next.items));
        between();
    } while (request.cursor);
    return pages;
}

}  // namespace market::catalog::testing
