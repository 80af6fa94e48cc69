#include "life_shop.hpp"

#include <boost/json.hpp>

using namespace market;
using namespace market::order;
using namespace market::order::testing;

namespace {

std::string code_of(const result<payment_receipt>& got) {
    return got ? std::string{to_string(got->state)} : std::string{to_string(got.error().code)};
}
std::string payment_of(const order::order& of) {
    return std::string{to_string(of.payment.value().state)};
}
using calls = std::vector<std::string>;

/// The different calls that reached the provider.
calls calls_of(life_shop& shop) {
    auto out = shop.provider().calls();
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

}  // namespace

using market::order::testing::code_of;

TEST_CASE("an order awaits its payment; paid, it is confirmed and has a delivery",
          "[order][payment]") {
    life_shop shop;
    const auto sale = shop.sale(1);
    const auto bought = shop.buy(shop.buyer(1), sale, "k").value();
    const auto born = boost::json::parse(bought.body);
    CHECK(born.at("state").as_string() == "pending_payment");
    CHECK(born.at("expires_at").as_string() == format_rfc3339(shop.clock().now() + 600s));
    CHECK(born.at("payment").at("state").as_string() == "pending");
    CHECK(born.at("payment").at("method").as_string() == "card");
    CHECK(born.at("payment").at("amount").at("amount").as_int64() == 900);
    CHECK(born.at("delivery").is_null());
    CHECK(to_json(shop.read(bought.id), "KRW") == bought.body);

    shop.clock().advance(599s);
    const auto paid = shop.pay(shop.buyer(1), bought.id).value();
    CHECK(paid.state == order_state::confirmed);
    CHECK(payment_of(paid) == "captured");
    CHECK(paid.payment.value().at == shop.clock().now());
    CHECK_FALSE(paid.expires_at);
    CHECK(paid.delivery.value().state == "pending");
    CHECK(calls_of(shop) == calls{"capture"});
    CHECK(shop.events_of(bought.id) == "created confirmed");

    CHECK(to_json(shop.pay(shop.buyer(1), bought.id).value(), "KRW") == to_json(paid, "KRW"));
    CHECK(code_of(shop.pay(shop.buyer(1), bought.id, "tok_declined")) == "order_state");
    CHECK(calls_of(shop) == calls{"capture"});
    const auto replay = shop.buy(shop.buyer(1), sale, "k").value();
    CHECK(replay.replayed);
    CHECK(replay.body == bought.body);
    shop.clock().advance(1h);
    shop.sweep();
    CHECK(shop.read(bought.id).state == order_state::confirmed);
}

TEST_CASE("a declined card leaves the order awaiting another", "[order][payment]") {
    life_shop shop;
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    CHECK(code_of(shop.pay(shop.buyer(1), id, "tok_declined")) == "payment_declined");
    CHECK(payment_of(shop.read(id)) == "declined");
    shop.provider().before_authorise = [] { FAIL("the answer is known"); };
    CHECK(code_of(shop.pay(shop.buyer(1), id, "tok_declined")) == "payment_declined");
    shop.provider().before_authorise = {};
    CHECK(code_of(shop.pay(shop.buyer(1), id)) == "confirmed");
    CHECK(shop.events_of(id) == "created confirmed");
}

TEST_CASE("only the buyer pays, and only what awaits it", "[order][payment]") {
    life_shop shop;
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    CHECK(code_of(shop.pay(shop.buyer(2), id)) == "order_not_found");
    CHECK(code_of(shop.run(shop.calls().pay(shop.admin(), id, "tok_ok", ""))) == "forbidden");
    REQUIRE(shop.cancel(shop.buyer(1), id).has_value());
    CHECK(code_of(shop.pay(shop.buyer(1), id)) == "order_state");
    CHECK(shop.provider().calls().empty());
    CHECK_FALSE(shop.read(id).delivery);

    life_shop off{life_shop::unpaid{}};
    const auto born_confirmed = off.buy(off.buyer(1), off.sale(1)).value().id;
    CHECK_FALSE(off.read(born_confirmed).payment);
    CHECK(code_of(off.pay(off.buyer(1), born_confirmed)) == "order_state");
    CHECK(code_of(off.notice("n", born_confirmed)) == "order_state");
}

TEST_CASE("what is not paid in time expires: units and limit come back, nothing is captured",
          "[order][payment]") {
    life_shop shop;
    const auto sale = shop.sale(1);
    const auto id = shop.buy(shop.buyer(1), sale).value().id;
    shop.clock().advance(600s);
    CHECK(code_of(shop.pay(shop.buyer(1), id)) == "order_expired");  // swept or not
    shop.sweep();
    REQUIRE(
        market::testing::eventually([&] { return shop.read(id).state == order_state::expired; }));
    const auto gone = shop.read(id);
    CHECK(gone.expires_at == shop.clock().now());
    CHECK(payment_of(gone) == "pending");
    CHECK(code_of(shop.pay(shop.buyer(1), id)) == "order_expired");
    CHECK(code_of(shop.cancel(shop.buyer(1), id)) == "order_state");
    CHECK(code_of(shop.deliver(id, delivery_step::shipped)) == "order_state");
    CHECK(shop.provider().calls().empty());
    CHECK(shop.pool(pool_of(sale)).sold == 0);
    CHECK(market::testing::eventually([&] { return shop.view(sale).remaining == 1; }));
    CHECK(shop.events_of(id) == "created expired");
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM sale_buyers WHERE quantity > 0") == 0);
    CHECK(shop.buy(shop.buyer(1), sale).has_value());
}

TEST_CASE("the server's own sweeper expires what is overdue", "[order][payment]") {
    life_shop shop;
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    shop.clock().advance(601s);
    CHECK(market::testing::eventually([&] { return shop.read(id).state == order_state::expired; }));
}

TEST_CASE("many sweepers expire an order once", "[order][payment]") {
    life_shop shop;
    const auto sale = shop.sale(20, 20);
    std::vector<order_id> made;
    for (int i = 0; i < 10; ++i) made.push_back(shop.buy(shop.buyer(1), sale).value().id);
    shop.clock().advance(601s);
    std::vector<std::thread> crowd;
    for (int i = 0; i < 4; ++i) crowd.emplace_back([&] { shop.sweep_elsewhere(); });
    for (auto& thread : crowd) thread.join();
    CHECK(shop.pool(pool_of(sale)).sold == 0);
    CHECK(market::testing::eventually([&] { return shop.view(sale).remaining == 20; }));
    for (const auto& id : made) CHECK(shop.events_of(id) == "created expired");
}

TEST_CASE("a payment that expires while it is authorised is released", "[order][payment]") {
    life_shop shop;
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    shop.provider().before_authorise = [&] { shop.clock().advance(601s); };
    CHECK(code_of(shop.pay(shop.buyer(1), id)) == "order_expired");
    CHECK(shop.provider().calls() == calls{"refund order_ended"});
    CHECK(payment_of(shop.read(id)) == "pending");
}

TEST_CASE("a payment that another one overtakes leaves the captured money alone",
          "[order][payment]") {
    life_shop shop;
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    bool first = true;
    shop.provider().before_authorise = [&] {
        if (!std::exchange(first, false)) return;
        shop.run_elsewhere(shop.calls().pay(shop.as(shop.buyer(1)), id, "tok_ok", ""));
    };
    shop.provider().approves_all = true;
    CHECK(code_of(shop.pay(shop.buyer(1), id, "tok_other")) == "order_state");
    CHECK(calls_of(shop) == calls{"capture"});
    CHECK(payment_of(shop.read(id)) == "captured");
}

TEST_CASE("a cancel and a return refund what was captured, with the reason", "[order][payment]") {
    life_shop shop;
    const auto sale = shop.sale(2, 2);
    const auto cancelled = shop.buy(shop.buyer(1), sale).value().id;
    REQUIRE(shop.pay(shop.buyer(1), cancelled).has_value());
    CHECK(payment_of(shop.cancel(shop.buyer(1), cancelled).value()) == "refunded");
    const auto returned = shop.buy(shop.buyer(1), sale).value().id;
    REQUIRE(shop.pay(shop.buyer(1), returned).has_value());
    REQUIRE(shop.deliver(returned, delivery_step::delivered).has_value());
    CHECK(payment_of(shop.request_return(shop.buyer(1), returned).value()) == "captured");
    CHECK(payment_of(shop.accept_return(returned).value()) == "refunded");
    shop.sweep();
    CHECK(market::testing::eventually([&] { return shop.debts() == 0; }));
    CHECK(calls_of(shop) == calls{"capture", "refund order_cancelled", "refund order_returned"});
    CHECK(shop.events_of(cancelled) == "created confirmed cancelled");
    CHECK(shop.events_of(returned) == "created confirmed delivered return_requested returned");
    CHECK(code_of(shop.pay(shop.buyer(1), cancelled)) == "order_state");
}

TEST_CASE("a provider out of reach is told later", "[order][payment]") {
    life_shop shop;
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    shop.provider().is_down = true;
    CHECK(code_of(shop.pay(shop.buyer(1), id)) == "confirmed");
    CHECK(shop.debts() == 1);
    CHECK(shop.provider().calls().empty());
    REQUIRE(shop.cancel(shop.buyer(1), id).has_value());
    shop.provider().is_down = false;
    shop.sweep();
    CHECK(market::testing::eventually([&] { return shop.debts() == 0; }));
    // The capture was never said: a refund releases what was authorised.
    CHECK(shop.provider().calls().front() == "refund order_cancelled");
}

TEST_CASE("a cancel while the provider captures is refunded all the same", "[order][payment]") {
    life_shop shop;
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    shop.provider().while_capturing = [&] {
        REQUIRE(
            shop.run_elsewhere(shop.calls().cancel(shop.as(shop.buyer(1)), id, "")).has_value());
    };
    CHECK(code_of(shop.pay(shop.buyer(1), id)) == "confirmed");
    shop.sweep();
    CHECK(market::testing::eventually([&] { return shop.debts() == 0; }));
    CHECK(calls_of(shop) == calls{"capture", "refund order_cancelled"});
}

TEST_CASE("a captured notice confirms, and the same notice says the same", "[order][payment]") {
    life_shop shop;
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    CHECK(code_of(shop.notice("n-0", id, payment_notice::what::declined)) == "declined");
    const auto first = shop.notice("n-1", id).value();
    CHECK(first.state == payment_state::captured);
    CHECK(shop.read(id).state == order_state::confirmed);
    CHECK(code_of(shop.notice("n-2", id)) == "captured");
    CHECK(code_of(shop.notice("n-3", id, payment_notice::what::declined)) == "captured");
    CHECK(code_of(shop.pay(shop.buyer(1), id)) == "confirmed");
    CHECK(shop.events_of(id) == "created confirmed");
    CHECK(shop.debts() == 0);
    REQUIRE(shop.cancel(shop.buyer(1), id).has_value());
    CHECK(to_json(shop.notice("n-1", id).value()) == to_json(first));  // whatever became of it
    CHECK(code_of(shop.notice("n-0", id)) == "declined");
    CHECK(code_of(shop.notice("n-4", id)) == "refunded");
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM payments"
                                  " WHERE refund_reason = 'order_cancelled'") == 1);
    CHECK(code_of(shop.notice("n-5", make_id<order_id>())) == "order_not_found");
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM payment_notices") == 5);
}

TEST_CASE("what is captured too late goes back, with the reason, once", "[order][payment]") {
    life_shop shop;
    const auto sale = shop.sale(3, 3);
    const auto reason_of = [&](order_id id, const char* reason) {
        return shop.count(db::sql{} << "SELECT COUNT(*) FROM payments WHERE order_id = " << id
                                    << " AND refund_reason = " << std::string{reason});
    };
    const auto cancelled = shop.buy(shop.buyer(1), sale).value().id;
    REQUIRE(shop.cancel(shop.buyer(1), cancelled).has_value());
    CHECK(code_of(shop.notice("late-1", cancelled)) == "refunded");
    CHECK(reason_of(cancelled, "captured_after_cancel") == 1);
    CHECK(shop.events_of(cancelled) == "created cancelled");

    const auto overdue = shop.buy(shop.buyer(1), sale).value().id;
    shop.clock().advance(600s);
    CHECK(code_of(shop.notice("late-2", overdue)) == "refunded");  // expires it, if none has yet
    CHECK(shop.read(overdue).state == order_state::expired);
    CHECK(reason_of(overdue, "captured_after_expiry") == 1);
    CHECK(code_of(shop.notice("late-3", overdue)) == "refunded");
    shop.sweep();
    CHECK(market::testing::eventually([&] { return shop.debts() == 0; }));
    CHECK(shop.events_of(overdue) == "created expired");
    CHECK(shop.pool(pool_of(sale)).sold == 0);
    CHECK(market::testing::eventually([&] { return shop.view(sale).remaining == 3; }));
}

TEST_CASE("parallel payments of one order capture once", "[order][payment]") {
    life_shop shop;
    const auto id = shop.buy(shop.buyer(1), shop.sale(1)).value().id;
    std::vector<std::thread> crowd;
    std::atomic<int> well{0};
    for (int i = 0; i < 8; ++i)
        crowd.emplace_back([&, i] {
            const payment_notice notice{"same", payment_notice::what::captured, id, {}};
            const auto buyer = shop.as(shop.buyer(1));
            if (i % 2 == 0)
                well += shop.run_elsewhere(shop.calls().pay(buyer, id, "tok_ok", "")).has_value();
            else
                well += shop.run_elsewhere(shop.calls().take_notice(notice, "")).has_value();
        });
    for (auto& thread : crowd) thread.join();
    CHECK(well == 8);
    CHECK(shop.events_of(id) == "created confirmed");
    CHECK(payment_of(shop.read(id)) == "captured");
}
