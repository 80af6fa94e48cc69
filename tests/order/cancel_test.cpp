#include "order_shop.hpp"

using namespace market;
using namespace market::order::testing;

TEST_CASE("a cancel gives back stock and limit once, and says the same again", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(1);
    const auto bought = shop.buy(shop.buyer(1), sale).value();
    REQUIRE_FALSE(shop.buy(shop.buyer(2), sale).has_value());

    const auto first = shop.cancel(shop.buyer(1), bought.id).value();
    CHECK(first.state == order::order_state::cancelled);
    CHECK(first.delivery.value().state == "cancelled");
    CHECK(first.delivery.value().history.size() == 2);
    CHECK(to_json(shop.cancel(shop.buyer(1), bought.id).value(), "KRW") == to_json(first, "KRW"));
    CHECK(shop.pool(pool_of(sale)).sold == 0);
    CHECK(shop.view(sale).remaining == 1);
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM gate_credits") == 0);
    CHECK(shop.count(db::sql{} << "SELECT SUM(events) FROM orders") == 2);
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM outbox WHERE topic = 'market.orders'") ==
          2);
    CHECK(shop.buy(shop.buyer(2), sale).has_value());
}

TEST_CASE("another's order cannot be seen, listed or cancelled", "[order]") {
    order_shop shop;
    const auto bought = shop.buy(shop.buyer(1), shop.sale(1)).value();
    CHECK(shop.cancel(shop.buyer(2), bought.id).error().code == errc::order_not_found);
    auto& service = shop.orders().service();
    CHECK(shop.run(service.read({shop.buyer(2), user::role::user, {}}, bought.id)).error().code ==
          errc::order_not_found);
    CHECK(shop.run(service.list({shop.buyer(2), user::role::user, {}}, {}, {}))
              .value()
              .items.empty());
    CHECK(shop.run(service.list({shop.buyer(2), user::role::admin, {}}, {}, {}))
              .value()
              .items.size() == 1);
}

TEST_CASE("parallel cancels of one order give back once", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(5, 5);
    const auto bought = shop.buy(shop.buyer(1), sale).value();
    std::vector<std::thread> crowd;
    std::atomic<int> well{0};
    for (int i = 0; i < 8; ++i)
        crowd.emplace_back([&] {
            const user::principal owner{shop.buyer(1), user::role::user, {}};
            auto& service = shop.orders().service();
            if (shop.run_elsewhere(service.cancel(owner, bought.id, ""))) ++well;
        });
    for (auto& thread : crowd) thread.join();
    CHECK(well == 8);
    CHECK(shop.pool(pool_of(sale)).sold == 0);
    CHECK(shop.view(sale).remaining == 5);
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM outbox WHERE topic = 'market.orders'") ==
          2);
}

TEST_CASE("units that come back after the close go to the general pool", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(3);
    const auto bought = shop.buy(shop.buyer(1), sale).value();
    const auto closed = shop.run(shop.catalog().close_sale(sale, shop.buyer())).value();
    const auto general = pool_of(closed.product);
    CHECK(shop.pool(general).available() == 2);
    CHECK(shop.cancel(shop.buyer(1), bought.id).has_value());
    CHECK(shop.pool(general).available() == 3);
    CHECK(shop.pool(pool_of(sale)).total == 0);
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM gate_credits") == 0);
}

TEST_CASE("a list pages through all orders, newest first", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(10, 10);
    std::vector<order_id> made;
    for (int i = 0; i < 5; ++i) made.push_back(shop.buy(shop.buyer(1), sale).value().id);
    std::vector<order_id> listed;
    page_request request{2, {}};
    do {
        auto got = shop.run(
            shop.orders().service().list({shop.buyer(1), user::role::user, {}}, request, {}));
        for (const auto& each : got.value().items) listed.push_back(each.id);
        request.cursor = got.value().next_cursor;
    } while (request.cursor);
    std::reverse(made.begin(), made.end());
    CHECK(listed == made);
}
