#include "gate/gate_loader.hpp"
#include "order_shop.hpp"
#include "purchase/purchase_rules.hpp"
#include "record/order_queries.hpp"

#include <deque>
#include <set>

using namespace market;
using namespace market::order;
using namespace market::order::testing;

namespace {

stock::gate_contents contents_of(order_shop& shop, sale_id sale) {
    return shop.run(shop.gate().dump(sale)).value();
}

/// Changes what the gate holds, under its own epoch: a gate that is wrong. Again when the sweeper
/// was quicker to heal the removed gate.
void corrupt(order_shop& shop, sale_id sale,
             const std::function<void(stock::gate_contents&)>& change) {
    REQUIRE(market::testing::eventually([&] {
        auto contents = contents_of(shop, sale);
        if (contents.epoch == 0) return false;
        change(contents);
        return shop.run(shop.gate().remove(sale)).has_value() &&
               shop.run(shop.gate().load_and_open(sale, contents)).value();
    }));
}

stock::admitted admit(order_shop& shop, sale_id sale, user_id buyer, std::string key) {
    auto said = shop.run(shop.gate().admit(
        {sale, buyer, 1, make_purchase_key(buyer, key), make_random_id<attempt_id>()}));
    return std::get<stock::admitted>(said.value());
}

std::string code_of(const result<purchase_reply>& reply) {
    return reply ? "placed" : std::string{to_string(reply.error().code)};
}

}  // namespace

TEST_CASE("a gate that admits ten times too many oversells nothing, and is put right",
          "[order][faults]") {
    order_shop shop;
    const auto sale = shop.sale(3);
    corrupt(shop, sale, [](auto& contents) { contents.total = 30; });
    std::vector<purchase_request> requests;
    for (std::size_t i = 0; i < 20; ++i)
        requests.push_back(shop.request(shop.buyer(i), {{sale, 1}}));
    const auto replies = shop.crowd(std::move(requests));
    CHECK(count_placed(replies) == 3);
    CHECK(shop.pool(pool_of(sale)).sold == 3);
    CHECK(shop.orders_made() == 3);
    CHECK(market::testing::eventually([&] {
        const auto view = shop.view(sale);
        return view.state == stock::gate_state::open && view.remaining == 0 && view.held == 0;
    }));
}

TEST_CASE("a gate that forgot the limit: the record holds it", "[order][faults]") {
    order_shop shop;
    const auto sale = shop.sale(10, 2);
    corrupt(shop, sale, [](auto& contents) { contents.per_user_limit = 100; });
    std::vector<purchase_request> requests;
    for (int i = 0; i < 6; ++i) requests.push_back(shop.request(shop.buyer(), {{sale, 1}}));
    const auto replies = shop.crowd(std::move(requests));
    CHECK(count_placed(replies) == 2);
    CHECK(shop.pool(pool_of(sale)).sold == 2);
    CHECK(market::testing::eventually([&] { return shop.view(sale).per_user_limit == 2; }));
}

TEST_CASE("an emptied gate is loaded by the next buyer, and nobody's key or limit is lost",
          "[order][faults]") {
    order_shop shop;
    const auto sale = shop.sale(5, 1);
    const auto first = shop.buy(shop.buyer(1), sale, "k").value();
    REQUIRE(shop.run(shop.gate().remove(sale)).has_value());
    CHECK(code_of(shop.buy(shop.buyer(1), sale)) == "purchase_limit");
    CHECK(shop.buy(shop.buyer(1), sale, "k").value().body == first.body);
    const auto second = shop.buy(shop.buyer(2), sale).value();
    CHECK(second.body.find("\"admission_seq\":2") != std::string::npos);
}

TEST_CASE("the sweeper loads a gate that nobody asks", "[order][faults]") {
    order_shop shop;
    const auto sale = shop.sale(5);
    REQUIRE(shop.run(shop.gate().remove(sale)).has_value());
    CHECK(market::testing::eventually(
        [&] { return shop.view(sale).state == stock::gate_state::open; }));
}

TEST_CASE("a hold without an order is given up by a VOID key, which is final", "[order][faults]") {
    order_shop shop;
    const auto sale = shop.sale(1);
    admit(shop, sale, shop.buyer(1), "k");
    CHECK(code_of(shop.buy(shop.buyer(2), sale)) == "sold_out");
    shop.clock().advance(6s);
    REQUIRE(market::testing::eventually([&] { return shop.view(sale).remaining == 1; }));
    CHECK(code_of(shop.buy(shop.buyer(1), sale, "k")) == "attempt_void");
    CHECK(shop.view(sale).held == 0);
    CHECK(shop.count(db::sql{} << "SELECT voids FROM purchase_key_totals") == 1);
    CHECK(code_of(shop.buy(shop.buyer(1), sale, "another")) == "placed");
}

TEST_CASE("a young hold is left alone", "[order][faults]") {
    order_shop shop;
    const auto sale = shop.sale(1);
    admit(shop, sale, shop.buyer(1), "k");
    shop.clock().advance(4s);
    shop.sweep_sales();
    CHECK(shop.view(sale).held == 1);
}

TEST_CASE("a hold whose order is there is confirmed by the sweeper", "[order][faults]") {
    order_shop shop;
    const auto sale = shop.sale(3);
    const auto bought = shop.buy(shop.buyer(1), sale, "k").value();
    REQUIRE(market::testing::eventually([&] { return shop.view(sale).held == 0; }));
    corrupt(shop, sale, [&](auto& contents) {  // the confirm was lost
        contents.sold = 0;
        contents.buyers.clear();
        contents.done.clear();
        contents.holds = {{make_purchase_key(shop.buyer(1), "k"), make_random_id<attempt_id>(),
                           shop.buyer(1), 1, 1, shop.clock().now()}};
    });
    shop.clock().advance(6s);
    CHECK(market::testing::eventually([&] { return shop.view(sale).held == 0; }));
    CHECK(shop.view(sale).remaining == 2);
    CHECK(shop.buy(shop.buyer(1), sale, "k").value().body == bought.body);
}

TEST_CASE("a gate that does not know what comes back is loaded anew", "[order][faults]") {
    order_shop shop;
    const auto sale = shop.sale(3);
    const auto bought = shop.buy(shop.buyer(1), sale).value();
    REQUIRE(market::testing::eventually([&] { return shop.view(sale).held == 0; }));
    corrupt(shop, sale, [](auto& contents) {
        contents.sold = 0;
        contents.buyers.clear();
    });
    REQUIRE(shop.cancel(shop.buyer(1), bought.id).has_value());
    CHECK(shop.view(sale).remaining == 3);
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM gate_credits") == 0);
}

TEST_CASE("rebuilds in a healthy sale change nothing for buyers", "[order][faults]") {
    order_shop shop;
    const auto sale = shop.sale(30);
    std::atomic<bool> over{false};
    std::thread operator_thread{[&] {
        auto again = [&]() -> asio::awaitable<void> {
            while (!over)
                co_await shop.orders().rebuilder().rebuild(sale, stock::rebuild_reason::drift);
        };
        shop.run_elsewhere(again());
    }};
    std::size_t sold = 0;
    for (std::size_t i = 0; i < 40; ++i)
        sold += shop.buy(shop.buyer(i), sale).has_value() ? 1u : 0u;
    over = true;
    operator_thread.join();
    CHECK(sold == 30);
    CHECK(shop.pool(pool_of(sale)).sold == 30);
    CHECK(shop.count(db::sql{} << "SELECT MAX(admission_seq) FROM order_lines") == 30);
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM order_lines") == 30);
}

TEST_CASE("forced rebuilds are joined, and come at most once a second a sale", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(3);
    const auto before = shop.pool(pool_of(sale)).gate_epoch;
    const auto began = std::chrono::steady_clock::now();
    auto all = [&]() -> asio::awaitable<int> {
        auto executor = co_await asio::this_coro::executor;
        for (int i = 0; i < 20; ++i)
            asio::co_spawn(executor,
                           shop.orders().rebuilder().rebuild(sale, stock::rebuild_reason::forced),
                           asio::detached);
        co_return 0;
    };
    shop.run(all());
    CHECK(shop.pool(pool_of(sale)).gate_epoch - before <= 2);
    for (int i = 0; i < 2; ++i) CHECK(shop.rebuild(sale).has_value());
    CHECK(std::chrono::steady_clock::now() - began >= 2s);
    CHECK(shop.view(sale).state == stock::gate_state::open);
}

TEST_CASE("forced rebuilds of several servers come at most once a second a sale, too", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(3);
    const auto before = shop.pool(pool_of(sale)).gate_epoch;
    const auto began = std::chrono::steady_clock::now();
    std::deque<gate_loader> servers;
    for (int i = 0; i < 3; ++i)
        servers.emplace_back(shop.parts().database, shop.gate(),
                             make_random_id<stock::ledger::loader_id>());
    std::atomic<int> done{0};
    auto ask = [&](gate_loader& server) -> asio::awaitable<void> {
        auto outcome = co_await server.rebuild(sale, stock::rebuild_reason::forced);
        if (outcome) ++done;
    };
    auto all = [&]() -> asio::awaitable<int> {
        auto executor = co_await asio::this_coro::executor;
        for (auto& server : servers) asio::co_spawn(executor, ask(server), asio::detached);
        co_return 0;
    };
    for (int round = 0; round < 2; ++round) shop.run(all());
    CHECK(done == 6);
    // Who has to wait is served by the one whose turn it is.
    const auto whole_seconds =
        std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
    CHECK(shop.pool(pool_of(sale)).gate_epoch - before <= whole_seconds.count() + 1);
    CHECK(shop.pool(pool_of(sale)).gate_epoch - before <= 4);  // of the six that were asked for
    CHECK(shop.view(sale).state == stock::gate_state::open);
}

TEST_CASE("a forced rebuild of a sale that is closed, or never was, says so", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(3);
    REQUIRE(shop.run(shop.catalog().close_sale(sale, shop.buyer())).has_value());
    CHECK(shop.rebuild(sale).error().code == errc::sale_ended);
    CHECK(shop.view(sale).state == stock::gate_state::absent);
    CHECK(shop.rebuild(make_id<sale_id>()).error().code == errc::sale_not_found);
}

TEST_CASE("holds are carried over in order, as far as the record has room", "[order]") {
    const user_id a = make_id<user_id>(), b = make_id<user_id>(), c = make_id<user_id>();
    stock::gate_contents contents;
    contents.total = 10;
    contents.sold = 7;
    contents.per_user_limit = 2;
    contents.last_seq = 4;
    contents.buyers = {{a, 1}};
    const auto hold = [](user_id who, std::int64_t seq, std::int64_t units) {
        return stock::hold{make_random_id<purchase_key>(), {}, who, seq, units, {}};
    };
    carry_over(contents,
               {hold(c, 9, 1), hold(a, 5, 2), hold(a, 6, 1), hold(b, 7, 1), hold(c, 8, 1)});
    REQUIRE(contents.holds.size() == 3);  // a's 2 are above its limit; the last one has no room
    CHECK(contents.holds[0].seq == 6);
    CHECK(contents.holds[1].seq == 7);
    CHECK(contents.holds[2].seq == 8);
    CHECK(contents.last_seq == 9);
}

TEST_CASE("keys are purged a day after the sale has ended, not before", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(5, 5);
    const auto first = shop.buy(shop.buyer(1), sale, "k").value();
    const auto goods = shop.buy(shop.request(shop.buyer(1), {{shop.product(3), 1}}, "p")).value();
    const auto kept = [&] { return shop.count(db::sql{} << "SELECT COUNT(*) FROM purchase_keys"); };
    shop.clock().advance(24h);
    shop.sweep_sales();
    CHECK(kept() == 2);
    shop.clock().advance(1h);  // the sale ended an hour ago, the goods were bought 25 h ago
    shop.sweep_sales();
    CHECK(kept() == 1);
    CHECK(shop.count(db::sql{} << "SELECT rid IS NULL FROM orders WHERE id = " << goods.id) == 1);
    CHECK(shop.count(db::sql{} << "SELECT rid IS NULL FROM orders WHERE id = " << first.id) == 0);
    shop.clock().advance(24h);
    shop.sweep_sales();
    CHECK(kept() == 0);
}
