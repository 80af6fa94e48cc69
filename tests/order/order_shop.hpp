#pragma once
/// A whole shop without HTTP: a database, the memory gate, catalog and orders.
#include "gate/sweeper.hpp"
#include "order_parts.hpp"
#include "support/backend.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <market/base/worker_pool.hpp>
#include <market/catalog/catalog_module.hpp>
#include <market/order/order_module.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/ledger.hpp>
#include <market/user/user_module.hpp>

#include <boost/asio/use_future.hpp>

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace market::order::testing {

using namespace std::chrono_literals;

/// A time that moves only when told to. Thread-safe.
class set_clock final : public wall_clock {
public:
    instant now() const override { return from_micros(micros_.load()); }
    void advance(std::chrono::microseconds by) { micros_ += by.count(); }

private:
    std::atomic<std::int64_t> micros_{1'800'000'000'000'000};
};

/// Wraps the database that the order module gets, to make it fail.
using database_wrapper = std::function<std::unique_ptr<db::database>(db::database&)>;

class order_shop {
public:
    /// `kind`: sqlite, mysql or mariadb; the server has to be there.
    explicit order_shop(settings chosen = {}, const database_wrapper& wrap = {},
                        const std::string& kind = "sqlite", catalog::settings goods = {})
        : home_(db::test::fresh_database::on(kind)),
          record_(home_->open_migrated()),
          wrapped_(wrap ? wrap(*record_) : nullptr),
          database_(wrapped_ ? *wrapped_ : *record_),
          gate_(stock::make_memory_gate(clock_)),
          provider_(chosen.provider ? chosen.provider : make_sandbox_provider()),
          orders_(make_order_module(
              {database_, blocking_}, clock_, *gate_, [] {}, chosen)),
          catalog_(catalog::make_catalog_service({*record_, blocking_}, clock_, *gate_,
                                                 orders_->rebuilder(), std::move(goods))),
          parts_{{*record_, blocking_},
                 clock_,
                 *gate_,
                 orders_->rebuilder(),
                 *provider_,
                 [] {},
                 "KRW"} {
        orders_->start();
        for (auto& buyer : user::seed_buyers(*record_, clock_, std::string(32, 's'), 40).value())
            buyers_.push_back(buyer.id);
    }
    ~order_shop() {
        orders_->stop();
        blocking_.wait_until_idle();
    }

    set_clock& clock() { return clock_; }
    db::database& record() { return *record_; }
    worker_pool& blocking() { return blocking_; }
    stock::stock_gate& gate() { return *gate_; }
    order_module& orders() { return *orders_; }
    /// For what a test runs beside the module, as a second server would.
    const order_parts& parts() const { return parts_; }
    catalog::catalog_service& catalog() { return *catalog_; }
    user_id buyer(std::size_t number = 0) const { return buyers_.at(number); }

    /// Runs the call to its end on a thread of its own, as an I/O thread would.
    template <class T>
    T run(asio::awaitable<T> call) {
        auto out = asio::co_spawn(io_, std::move(call), asio::use_future_t<>{});
        io_.restart();
        io_.run();
        return out.get();
    }

    /// The same for a test's other threads. The context lives as long as the shop: a pool's thread
    /// that has posted the last work may still be leaving it.
    template <class T>
    T run_elsewhere(asio::awaitable<T> call) {
        auto& own = another_context();
        auto out = asio::co_spawn(own, std::move(call), asio::use_future_t<>{});
        own.run();
        return out.get();
    }

    product_id product(std::int64_t stock, std::int64_t price = 1'000) {
        catalog::new_product wanted{"Light stick", "", "goods", money{price}, {}, stock};
        return run(catalog_->create_product(wanted, buyer())).value().id;
    }
    sale_id sale(std::int64_t units, std::int64_t limit = 1, std::chrono::hours opens_in = 0h) {
        const auto now = clock_.now();
        catalog::new_sale wanted{product(units), "Sale",         money{900},          units,
                                 limit,          now + opens_in, now + opens_in + 24h};
        return run(catalog_->create_sale(wanted, buyer())).value().id;
    }

    purchase_request request(user_id who, std::vector<wanted_line> lines,
                             std::optional<std::string> key = {}) const {
        return {
            who, std::move(lines), {}, std::move(key), "", std::chrono::steady_clock::now() + 5s};
    }
    result<purchase_reply> buy(purchase_request request) {
        return run(orders_->service().place(std::move(request)));
    }
    result<purchase_reply> buy(user_id who, sale_id sale, std::optional<std::string> key = {}) {
        return buy(request(who, {{sale, 1}}, std::move(key)));
    }
    /// All at once.
    std::vector<result<purchase_reply>> crowd(std::vector<purchase_request> requests) {
        std::vector<result<purchase_reply>> out(requests.size());
        for (std::size_t i = 0; i < requests.size(); ++i)
            asio::co_spawn(io_, keep(orders_->service().place(std::move(requests[i])), out[i]),
                           asio::detached);
        io_.restart();
        io_.run();
        return out;
    }
    result<order> cancel(user_id who, order_id id) {
        return run(orders_->service().cancel({who, user::role::user, {}}, id, ""));
    }
    result<void> rebuild(sale_id sale, stock::rebuild_reason why = stock::rebuild_reason::forced) {
        return run(orders_->rebuilder().rebuild(sale, why));
    }

    /// One round of another server's sweeper: sales begin and end, gates are looked after.
    void sweep_sales() {
        sweeper another{parts_, 5s};
        run(another.sweep());
    }
    void sweep_sales_elsewhere() {
        sweeper another{parts_, 5s};
        run_elsewhere(another.sweep());
    }

    stock::gate_view view(sale_id sale) { return run(gate_->look({sale})).value().front(); }
    stock::pool pool(pool_id id) {
        auto find = [&](db::transaction& tx) -> result<stock::pool> {
            return stock::ledger::find(tx, id).value();
        };
        return record().read(find).value();
    }
    /// One number out of the record.
    std::int64_t count(const db::sql& text) {
        auto ask = [&](db::transaction& tx) -> result<std::int64_t> {
            return std::get<0>(tx.query_one<std::int64_t>(text).value());
        };
        return record().read(ask).value();
    }
    std::int64_t orders_made() { return count(db::sql{} << "SELECT COUNT(*) FROM orders"); }

private:
    asio::io_context& another_context() {
        const std::lock_guard lock{contexts_mutex_};
        return contexts_.emplace_back(1);
    }
    static asio::awaitable<void> keep(asio::awaitable<result<purchase_reply>> call,
                                      result<purchase_reply>& out) {
        out = co_await std::move(call);
    }

    testing::set_clock clock_;
    std::unique_ptr<db::test::fresh_database> home_;
    std::unique_ptr<db::database> record_;
    std::unique_ptr<db::database> wrapped_;
    db::database& database_;
    worker_pool blocking_{4, 1'000};
    std::unique_ptr<stock::stock_gate> gate_;
    std::shared_ptr<payment_provider> provider_;
    std::unique_ptr<order_module> orders_;
    std::unique_ptr<catalog::catalog_service> catalog_;
    order_parts parts_;
    std::vector<user_id> buyers_;
    asio::io_context io_{1};
    std::mutex contexts_mutex_;
    std::list<asio::io_context> contexts_;
};

inline std::size_t count_placed(const std::vector<result<purchase_reply>>& replies) {
    return static_cast<std::size_t>(std::count_if(
        replies.begin(), replies.end(), [](const auto& reply) { return reply.has_value(); }));
}

}  // namespace market::order::testing
