#include "life_shop.hpp"

using namespace market;
using namespace market::order;
using namespace market::order::testing;
using step_to = delivery_step;

namespace {

std::string history_of(const order::order& of) {
    std::string out;
    for (const auto& each : of.delivery.value().history) out += each.state + " ";
    return out;
}

}  // namespace

TEST_CASE("delivery goes forward, each state with its time and its one event",
          "[order][delivery]") {
    life_shop shop{life_shop::unpaid{}};
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    CHECK(code_of(shop.deliver(id, step_to::preparing)) == "preparing");
    shop.clock().advance(1h);
    const auto shipped = shop.deliver(id, step_to::shipped, "Post", "12-34").value();
    CHECK(shipped.state == order_state::shipped);
    CHECK(shipped.delivery.value().carrier == "Post");
    CHECK(shipped.delivery.value().tracking == "12-34");
    CHECK(shipped.delivery.value().history.back().at == shop.clock().now());
    const auto delivered = shop.deliver(id, step_to::delivered).value();
    CHECK(delivered.delivery.value().tracking == "12-34");
    CHECK(history_of(delivered) == "pending preparing shipped delivered ");
    CHECK(shop.events_of(id) == "created preparing shipped delivered");
    CHECK(to_json(shop.read(id), "KRW") == to_json(delivered, "KRW"));
}

TEST_CASE("the same state again changes carrier and tracking, and is no event",
          "[order][delivery]") {
    life_shop shop{life_shop::unpaid{}};
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    REQUIRE(shop.deliver(id, step_to::shipped, "Post", "1").has_value());
    const auto again = shop.deliver(id, step_to::shipped, {}, "2").value();
    CHECK(again.delivery.value().carrier == "Post");
    CHECK(again.delivery.value().tracking == "2");
    CHECK(history_of(again) == "pending shipped ");
    CHECK(shop.events_of(id) == "created shipped");
    CHECK(shop.count(db::sql{} << "SELECT events FROM orders") == 2);
}

TEST_CASE("delivery does not go back, nor on after a cancel; a shipped order stays",
          "[order][delivery]") {
    life_shop shop{life_shop::unpaid{}};
    const auto sale = shop.sale(5, 5);
    const auto id = shop.buy(shop.buyer(1), sale).value().id;
    REQUIRE(shop.deliver(id, step_to::shipped).has_value());
    CHECK(code_of(shop.deliver(id, step_to::preparing, "Other")) == "order_state");
    CHECK_FALSE(shop.read(id).delivery.value().carrier);
    CHECK(code_of(shop.cancel(shop.buyer(1), id)) == "order_state");
    CHECK(shop.pool(pool_of(sale)).sold == 1);

    const auto other = shop.buy(shop.buyer(1), sale).value().id;
    REQUIRE(shop.deliver(other, step_to::preparing).has_value());
    const auto gone = shop.cancel(shop.buyer(1), other).value();
    CHECK(history_of(gone) == "pending preparing cancelled ");
    CHECK(code_of(shop.deliver(other, step_to::shipped)) == "order_state");
    CHECK(shop.pool(pool_of(sale)).sold == 1);
    CHECK(shop.events_of(other) == "created preparing cancelled");
    CHECK(code_of(shop.run(shop.calls().set_delivery(shop.admin(), make_id<order_id>(),
                                                     {step_to::shipped, {}, {}}, ""))) ==
          "order_not_found");
}

TEST_CASE("an accepted return gives back stock, limit and credit, once", "[order][return]") {
    life_shop shop{life_shop::unpaid{}};
    const auto sale = shop.sale(1);
    const auto id = shop.buy(shop.buyer(1), sale).value().id;
    CHECK(code_of(shop.request_return(shop.buyer(1), id)) == "order_state");
    CHECK(code_of(shop.accept_return(id)) == "order_state");
    REQUIRE(shop.deliver(id, step_to::delivered).has_value());
    CHECK(code_of(shop.accept_return(id)) == "order_state");
    CHECK(code_of(shop.request_return(shop.buyer(2), id)) == "order_not_found");
    CHECK(code_of(shop.run(shop.calls().request_return(shop.admin(), id, "mine", ""))) ==
          "forbidden");

    const auto asked = shop.request_return(shop.buyer(1), id).value();
    CHECK(asked.return_reason == "too small");
    const auto other_words =
        shop.run(shop.calls().request_return(shop.as(shop.buyer(1)), id, "too large", ""));
    CHECK(to_json(other_words.value(), "KRW") == to_json(asked, "KRW"));
    CHECK(shop.pool(pool_of(sale)).sold == 1);
    const auto returned = shop.accept_return(id).value();
    CHECK(returned.state == order_state::returned);
    const auto accepted_at = shop.clock().now();
    shop.clock().advance(1h);
    CHECK(to_json(shop.accept_return(id).value(), "KRW") == to_json(returned, "KRW"));
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM order_returns WHERE accepted_at = "
                               << accepted_at) == 1);
    CHECK(history_of(returned) == "pending delivered ");
    CHECK(shop.pool(pool_of(sale)).sold == 0);
    CHECK(shop.view(sale).remaining == 1);
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM gate_credits") == 0);
    CHECK(shop.events_of(id) == "created delivered return_requested returned");
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM order_returns WHERE reason = 'too small'"
                               << " AND accepted_by = " << shop.admin().id) == 1);
    CHECK(shop.buy(shop.buyer(1), sale).has_value());  // the limit of 1 came back
}

TEST_CASE("a return is refused once its days are over", "[order][return]") {
    life_shop shop{life_shop::unpaid{}};
    const auto sale = shop.sale(2, 2);
    const auto early = shop.buy(shop.buyer(1), sale).value().id;
    const auto late = shop.buy(shop.buyer(1), sale).value().id;
    REQUIRE(shop.deliver(early, step_to::delivered).has_value());
    REQUIRE(shop.deliver(late, step_to::delivered).has_value());
    shop.clock().advance(std::chrono::days{7});
    CHECK(code_of(shop.request_return(shop.buyer(1), early)) == "return_requested");
    shop.clock().advance(1ms);
    CHECK(code_of(shop.request_return(shop.buyer(1), late)) == "return_window_closed");
    CHECK(shop.events_of(late) == "created delivered");
    CHECK(code_of(shop.request_return(shop.buyer(1), early)) == "return_requested");
    CHECK(code_of(shop.accept_return(early)) == "returned");
}

TEST_CASE("parallel acceptances of one return give back once, and all are told so",
          "[order][return]") {
    for (const auto& kind : db::test::database_kinds()) {
        INFO(kind);
        life_shop shop{kind};
        const auto sale = shop.sale(5, 5);
        const auto id = shop.buy(shop.buyer(1), sale).value().id;
        REQUIRE(shop.pay(shop.buyer(1), id).has_value());
        REQUIRE(shop.deliver(id, delivery_step::delivered).has_value());
        REQUIRE(shop.request_return(shop.buyer(1), id).has_value());
        std::vector<std::thread> crowd;
        std::atomic<int> well{0};
        for (int i = 0; i < 8; ++i)
            crowd.emplace_back([&] {
                well += shop.run_elsewhere(shop.calls().accept_return(shop.admin(), id, ""))
                            .has_value();
            });
        for (auto& thread : crowd) thread.join();
        CHECK(well == 8);
        CHECK(shop.pool(pool_of(sale)).sold == 0);
        CHECK(shop.view(sale).remaining == 5);
        CHECK(shop.events_of(id) == "created confirmed delivered return_requested returned");
    }
}

TEST_CASE("a list is filtered by any state", "[order]") {
    life_shop shop{life_shop::unpaid{}};
    const auto sale = shop.sale(5, 5);
    const auto plain = shop.buy(shop.buyer(1), sale).value().id;
    const auto shipped = shop.buy(shop.buyer(1), sale).value().id;
    REQUIRE(shop.deliver(shipped, step_to::shipped).has_value());
    for (const auto state : order_states) {
        order_filter filter;
        filter.state = state;
        const auto got = shop.run(shop.calls().list(shop.as(shop.buyer(1)), {}, filter)).value();
        INFO(to_string(state));
        if (state == order_state::confirmed) {
            REQUIRE(got.items.size() == 1);
            CHECK(got.items.front().id == plain);
        } else if (state == order_state::shipped) {
            REQUIRE(got.items.size() == 1);
            CHECK(got.items.front().id == shipped);
        } else {
            CHECK(got.items.empty());
        }
    }
}
