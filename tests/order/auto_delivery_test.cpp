/// Deliveries that go on by themselves, when the shop is set so.
#include "life_shop.hpp"

using namespace market;
using namespace market::order;
using namespace market::order::testing;

namespace {

constexpr auto stay = 60s;

std::string history_of(const order::order& of) {
    std::string out;
    for (const auto& each : of.delivery.value().history) out += each.state + " ";
    return out;
}

}  // namespace

TEST_CASE("a delivery goes one state on each time it has stayed in one long enough",
          "[order][delivery]") {
    life_shop shop{life_shop::unpaid{}};
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    const auto after = [&](std::chrono::seconds passed) {
        shop.clock().advance(passed);
        shop.move_deliveries(stay);
        return shop.read(id).state;
    };
    CHECK(after(stay - 1s) == order_state::confirmed);
    CHECK(after(1s) == order_state::preparing);
    CHECK(shop.read(id).delivery.value().history.back().at == shop.clock().now());
    CHECK(after(0s) == order_state::preparing);
    CHECK(after(stay - 1s) == order_state::preparing);
    CHECK(after(10 * stay) == order_state::shipped);  // late, and still one state only
    CHECK(after(stay - 1s) == order_state::shipped);
    CHECK(after(1s) == order_state::delivered);
    CHECK(after(100 * stay) == order_state::delivered);
    CHECK(history_of(shop.read(id)) == "pending preparing shipped delivered ");
    CHECK(shop.events_of(id) == "created preparing shipped delivered");
    CHECK(shop.count(db::sql{} << "SELECT events FROM orders") == 4);
}

TEST_CASE("the wait begins anew with a step of the admin's", "[order][delivery]") {
    life_shop shop{life_shop::unpaid{}};
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    shop.clock().advance(stay - 1s);
    REQUIRE(shop.deliver(id, delivery_step::shipped, "Post").has_value());
    shop.clock().advance(stay - 1s);
    shop.move_deliveries(stay);
    CHECK(shop.read(id).state == order_state::shipped);
    shop.clock().advance(1s);
    shop.move_deliveries(stay);
    CHECK(history_of(shop.read(id)) == "pending shipped delivered ");
    CHECK(shop.read(id).delivery.value().carrier == "Post");
}

TEST_CASE("what is not on its way stays where it is", "[order][delivery]") {
    life_shop shop;
    const auto sale = shop.sale(9, 9);
    std::map<order_id, order_state> still;
    const auto one = [&](order_state to) {
        const auto id = shop.buy(shop.buyer(1), sale).value().id;
        still[id] = to;
        return id;
    };
    REQUIRE(shop.cancel(shop.buyer(1), one(order_state::cancelled)).has_value());
    const auto asked = one(order_state::return_requested), back = one(order_state::returned);
    const auto killed = one(order_state::cancelled);
    for (const auto& id : {asked, back, killed}) REQUIRE(shop.pay(shop.buyer(1), id).has_value());
    for (const auto& id : {asked, back}) {
        REQUIRE(shop.deliver(id, delivery_step::delivered).has_value());
        REQUIRE(shop.request_return(shop.buyer(1), id).has_value());
    }
    REQUIRE(shop.accept_return(back).has_value());
    REQUIRE(shop.cancel(shop.buyer(1), killed).has_value());
    one(order_state::pending_payment);
    shop.clock().advance(2 * stay);
    for (int i = 0; i < 3; ++i) shop.move_deliveries(stay);
    for (const auto& [id, state] : still) CHECK(shop.read(id).state == state);
}

TEST_CASE("many servers move a delivery once", "[order][delivery]") {
    for (const auto& kind : db::test::database_kinds()) {
        INFO(kind);
        life_shop shop{kind};
        const auto sale = shop.sale(10, 10);
        std::vector<order_id> made;
        for (int i = 0; i < 10; ++i) {
            made.push_back(shop.buy(shop.buyer(1), sale).value().id);
            REQUIRE(shop.pay(shop.buyer(1), made.back()).has_value());
        }
        for (const auto* events :
             {"created confirmed preparing", "created confirmed preparing shipped"}) {
            shop.clock().advance(stay);
            std::vector<std::thread> servers;
            for (int i = 0; i < 4; ++i)
                servers.emplace_back([&] { shop.move_deliveries_elsewhere(stay); });
            for (auto& thread : servers) thread.join();
            for (const auto& id : made) CHECK(shop.events_of(id) == events);
        }
    }
}

TEST_CASE("a shop that is set so moves its deliveries by itself", "[order][delivery]") {
    settings chosen;
    chosen.auto_delivery = stay;
    order_shop shop{chosen};
    REQUIRE(shop.buy(shop.buyer(1), shop.sale(1)).has_value());
    const auto are = [&](const std::string& state) {
        return shop.count(db::sql{} << "SELECT COUNT(*) FROM orders WHERE state = " << state) == 1;
    };
    shop.clock().advance(stay);
    CHECK(market::testing::eventually([&] { return are("preparing"); }));
    shop.clock().advance(stay);
    CHECK(market::testing::eventually([&] { return are("shipped"); }));
}
