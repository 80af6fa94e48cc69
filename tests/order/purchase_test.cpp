#include "order_shop.hpp"

#include <boost/json.hpp>

#include <set>

using namespace market;
using namespace std::chrono_literals;
using namespace market::order;
using namespace market::order::testing;

namespace {

std::string code_of(const result<purchase_reply>& reply) {
    return reply ? "placed" : std::string{to_string(reply.error().code)};
}
std::string culprit_of(const result<purchase_reply>& reply) {
    return reply || reply.error().culprits.empty() ? "" : reply.error().culprits.front().at;
}
std::int64_t seq_of(const purchase_reply& reply) {
    return boost::json::parse(reply.body).at("lines").at(0).at("admission_seq").as_int64();
}

}  // namespace

TEST_CASE("a purchase makes one confirmed order with its delivery, and stock falls", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(5);
    const auto reply = shop.buy(shop.buyer(1), sale).value();
    const auto json = boost::json::parse(reply.body);
    CHECK(json.at("id").as_string() == to_string(reply.id));
    CHECK(json.at("state").as_string() == "confirmed");
    CHECK(json.at("total").at("amount").as_int64() == 900);
    CHECK(json.at("delivery").at("state").as_string() == "pending");
    CHECK(json.at("lines").at(0).at("admission_seq").as_int64() == 1);
    CHECK(shop.pool(pool_of(sale)).sold == 1);
    CHECK(shop.view(sale).remaining == 4);
    CHECK(market::testing::eventually([&] { return shop.view(sale).held == 0; }));
    const auto read =
        shop.run(shop.orders().service().read({shop.buyer(1), user::role::user, {}}, reply.id));
    CHECK(to_json(read.value(), "KRW") == reply.body);
}

TEST_CASE("a crowd buys exactly what there is, numbered from 1 without holes", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(25);
    std::vector<purchase_request> requests;
    for (std::size_t i = 0; i < 40; ++i)
        requests.push_back(shop.request(shop.buyer(i), {{sale, 1}}));
    const auto replies = shop.crowd(std::move(requests));
    std::set<std::int64_t> seqs;
    for (const auto& reply : replies) {
        if (reply)
            seqs.insert(seq_of(*reply));
        else
            CHECK(code_of(reply) == "sold_out");
    }
    CHECK(seqs.size() == 25);
    CHECK(*seqs.begin() == 1);
    CHECK(*seqs.rbegin() == 25);
    CHECK(shop.pool(pool_of(sale)).sold == 25);
    CHECK(shop.orders_made() == 25);
}

TEST_CASE("64 parallel requests with one key make one order and get the same bytes", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(100, 100);
    std::vector<purchase_request> requests;
    for (int i = 0; i < 64; ++i)
        requests.push_back(shop.request(shop.buyer(), {{sale, 1}}, "one-key"));
    const auto replies = shop.crowd(std::move(requests));
    std::set<std::string> bodies;
    int first = 0;
    for (const auto& reply : replies) {
        REQUIRE(code_of(reply) == "placed");
        bodies.insert(reply->body);
        first += reply->replayed ? 0 : 1;
    }
    CHECK(bodies.size() == 1);
    CHECK(first == 1);
    CHECK(shop.orders_made() == 1);
    CHECK(shop.pool(pool_of(sale)).sold == 1);
}

TEST_CASE("a key is bound to its body and its buyer", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(10, 5);
    const auto first = shop.buy(shop.buyer(1), sale, "k").value();
    const auto again = shop.buy(shop.buyer(1), sale, "k").value();
    CHECK(again.replayed);
    CHECK(again.body == first.body);
    CHECK(code_of(shop.buy(shop.request(shop.buyer(1), {{sale, 2}}, "k"))) ==
          "idempotency_key_reused");
    CHECK(code_of(shop.buy(shop.buyer(2), sale, "k")) == "placed");
    CHECK(shop.orders_made() == 2);
    CHECK(shop.pool(pool_of(sale)).sold == 2);
}

TEST_CASE("two bodies with one key at once: one order, the other is told", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(10, 5);
    const auto replies = shop.crowd({shop.request(shop.buyer(), {{sale, 1}}, "k"),
                                     shop.request(shop.buyer(), {{sale, 2}}, "k")});
    CHECK(count_placed(replies) == 1);
    CHECK(shop.orders_made() == 1);
    CHECK(std::any_of(replies.begin(), replies.end(), [](const auto& reply) {
        return code_of(reply) == "idempotency_key_reused";
    }));
}

TEST_CASE("a key answers first, whatever has become of the sale", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(1);
    const auto first = shop.buy(shop.buyer(1), sale, "k").value();
    CHECK(shop.buy(shop.buyer(1), sale, "k").value().body ==
          first.body);  // sold out, limit reached
    CHECK(shop.cancel(shop.buyer(1), first.id).has_value());
    CHECK(shop.buy(shop.buyer(1), sale, "k").value().body == first.body);
    CHECK(shop.run(shop.catalog().close_sale(sale, shop.buyer())).has_value());
    CHECK(shop.buy(shop.buyer(1), sale, "k").value().body == first.body);
    CHECK(code_of(shop.buy(shop.buyer(1), sale, "new")) == "sale_ended");
    CHECK(shop.orders_made() == 1);
}

TEST_CASE("the limit of a buyer holds across orders, and comes back with a cancel", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(10, 2);
    const auto first = shop.buy(shop.buyer(1), sale).value();
    CHECK(code_of(shop.buy(shop.buyer(1), sale)) == "placed");
    const auto third = shop.buy(shop.buyer(1), sale);
    CHECK(code_of(third) == "purchase_limit");
    CHECK(third.error().facts.at(0) == std::pair<std::string, fact>{"limit", std::int64_t{2}});
    CHECK(third.error().facts.at(1) == std::pair<std::string, fact>{"remaining", std::int64_t{0}});
    CHECK(shop.cancel(shop.buyer(1), first.id).has_value());
    CHECK(code_of(shop.buy(shop.buyer(1), sale)) == "placed");
    CHECK(code_of(shop.buy(shop.buyer(1), sale)) == "purchase_limit");
}

TEST_CASE("a cart is all or nothing", "[order]") {
    order_shop shop;
    const auto plenty = shop.sale(10, 5);
    const auto scarce = shop.sale(1, 5);
    const auto goods = shop.product(3);
    REQUIRE(code_of(shop.buy(shop.buyer(9), scarce)) == "placed");

    auto refused = shop.buy(shop.request(shop.buyer(1), {{plenty, 2}, {scarce, 1}, {goods, 1}}));
    CHECK(code_of(refused) == "sold_out");
    CHECK(culprit_of(refused) == "/lines/1");
    refused = shop.buy(shop.request(shop.buyer(1), {{plenty, 2}, {goods, 4}}));
    CHECK(code_of(refused) == "out_of_stock");
    CHECK(culprit_of(refused) == "/lines/1");
    CHECK(shop.view(plenty).remaining == 10);
    CHECK(shop.pool(pool_of(plenty)).sold == 0);
    CHECK(shop.pool(pool_of(goods)).sold == 0);

    CHECK(code_of(shop.buy(shop.request(shop.buyer(1), {{plenty, 2}, {goods, 3}}))) == "placed");
    CHECK(shop.pool(pool_of(plenty)).sold == 2);
    CHECK(shop.pool(pool_of(goods)).sold == 3);
}

TEST_CASE("of several culprits the first by existence, state, sale, product is named", "[order]") {
    order_shop shop;
    const auto gone = make_id<product_id>();
    const auto later = shop.sale(1, 1, 1h);
    const auto full = shop.sale(1);
    const auto empty_goods = shop.product(0);
    REQUIRE(code_of(shop.buy(shop.buyer(9), full)) == "placed");

    auto reply =
        shop.buy(shop.request(shop.buyer(1), {{empty_goods, 1}, {full, 1}, {later, 1}, {gone, 1}}));
    CHECK(code_of(reply) == "product_not_found");
    CHECK(culprit_of(reply) == "/lines/3");
    reply = shop.buy(shop.request(shop.buyer(1), {{empty_goods, 1}, {full, 1}, {later, 1}}));
    CHECK(code_of(reply) == "sale_not_open");
    CHECK(culprit_of(reply) == "/lines/2");
    reply = shop.buy(shop.request(shop.buyer(1), {{empty_goods, 1}, {full, 1}}));
    CHECK(code_of(reply) == "sold_out");
    reply = shop.buy(shop.request(shop.buyer(1), {{empty_goods, 1}}));
    CHECK(code_of(reply) == "out_of_stock");
    CHECK(code_of(shop.buy(shop.buyer(1), make_id<sale_id>())) == "sale_not_found");
    CHECK(shop.orders_made() == 1);
}

TEST_CASE("of two sales the state of either is told before what is left of the first", "[order]") {
    order_shop shop;
    auto& goods = shop.catalog();
    const auto first = shop.sale(1), second = shop.sale(1), third = shop.sale(1, 1, 1h);
    REQUIRE(shop.buy(shop.buyer(1), first).has_value());
    const auto told = [&](sale_id other) {
        const auto reply = shop.buy(shop.request(shop.buyer(2), {{first, 1}, {other, 1}}));
        return code_of(reply) + " " + culprit_of(reply);
    };
    CHECK(told(second) == "sold_out /lines/0");
    CHECK(told(third) == "sale_not_open /lines/1");
    REQUIRE(shop.run(goods.pause_sale(second, true)).has_value());
    CHECK(told(second) == "sale_paused /lines/1");
    REQUIRE(shop.run(goods.close_sale(second, shop.buyer())).has_value());
    CHECK(told(second) == "sale_ended /lines/1");
}

TEST_CASE("a retired product is not sold, alone or in a cart", "[order]") {
    order_shop shop;
    const auto sale = shop.sale(2);
    const auto gone = shop.product(3);
    REQUIRE(shop.run(shop.catalog().retire_product(gone)).has_value());
    CHECK(code_of(shop.buy(shop.request(shop.buyer(1), {{gone, 1}}))) == "product_not_found");
    const auto mixed = shop.buy(shop.request(shop.buyer(1), {{sale, 1}, {gone, 1}}));
    CHECK(code_of(mixed) == "product_not_found");
    CHECK(culprit_of(mixed) == "/lines/1");
    // It was known before anything was asked of the gate: no number is lost.
    CHECK(seq_of(shop.buy(shop.buyer(2), sale).value()) == 1);
}

TEST_CASE("a buyer without an address has to send one", "[order]") {
    order_shop shop;
    const auto admin =
        user::create_admin(shop.record(), shop.clock(), "boss@example.com", "correct horse");
    const auto sale = shop.sale(2);
    const auto refused = shop.buy(admin.value().id, sale);
    CHECK(code_of(refused) == "validation_failed");
    CHECK(culprit_of(refused) == "/address");
    CHECK(shop.view(sale).remaining == 2);
    auto request = shop.request(admin.value().id, {{sale, 1}});
    request.address = address{"Seoul", "Mapo", "04001", "1 World Cup-ro"};
    CHECK(code_of(shop.buy(request)) == "placed");
}

TEST_CASE("many small orders of a product that runs out: as many as there are", "[order]") {
    order_shop shop;
    const auto goods = shop.product(7);
    std::vector<purchase_request> requests;
    for (std::size_t i = 0; i < 30; ++i)
        requests.push_back(shop.request(shop.buyer(i), {{goods, 1}}));
    const auto replies = shop.crowd(std::move(requests));
    CHECK(count_placed(replies) == 7);
    for (const auto& reply : replies)
        if (!reply) CHECK(code_of(reply) == "out_of_stock");
    CHECK(shop.pool(pool_of(goods)).sold == 7);
}

TEST_CASE("an order whose total is above 10^15 is refused", "[order]") {
    order_shop shop;
    const auto dear = shop.product(1'000, price_max);
    const auto dear_too = shop.product(1'000, price_max);
    const auto refused = shop.buy(shop.request(shop.buyer(), {{dear, 1'000}, {dear_too, 1}}));
    CHECK(code_of(refused) == "validation_failed");
    CHECK(culprit_of(refused) == "/lines");
    CHECK(code_of(shop.buy(shop.request(shop.buyer(), {{dear, 1'000}}))) == "placed");
}

TEST_CASE("a full queue refuses before anything is taken", "[order]") {
    order_shop shop{{.currency = "KRW",
                     .request_deadline = std::chrono::milliseconds{5'000},
                     .batch_orders_max = 512,
                     .queue_orders_max = 0}};
    const auto sale = shop.sale(2);
    CHECK(code_of(shop.buy(shop.buyer(), sale)) == "overloaded");
    CHECK(shop.view(sale).remaining == 2);
    CHECK(shop.view(sale).held == 0);
}
