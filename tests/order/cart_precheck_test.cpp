/// A cart that cannot be bought: which line is named, and that the gate does not notice it.
#include "order_shop.hpp"

#include <boost/json.hpp>

using namespace market;
using namespace market::order;
using namespace market::order::testing;

namespace {

struct refusal {
    std::string code, culprit;
    bool operator==(const refusal&) const = default;
};

refusal refusal_of(const result<purchase_reply>& reply) {
    if (reply) return {"placed", ""};
    const auto& culprits = reply.error().culprits;
    return {std::string{to_string(reply.error().code)}, culprits.empty() ? "" : culprits[0].at};
}

/// The number that the next admission of the sale gets: 1 as long as nobody was let in.
std::int64_t next_admission(order_shop& shop, sale_id sale, user_id buyer) {
    const auto bought = shop.buy(buyer, sale).value();
    return boost::json::parse(bought.body).at("lines").at(0).at("admission_seq").as_int64();
}

}  // namespace

TEST_CASE("a cart that cannot be bought takes nothing, not even for a moment", "[order][cart]") {
    order_shop shop;
    const auto sale = shop.sale(1);
    const auto buy = [&](wanted_line other) {
        return refusal_of(shop.buy(shop.request(shop.buyer(1), {{sale, 1}, other})));
    };

    SECTION("because a product is out of stock") {
        CHECK(buy({shop.product(2), 3}) == refusal{"out_of_stock", "/lines/1"});
    }
    SECTION("because another sale has too few left") {
        const auto other = shop.sale(2, 5);
        CHECK(buy({other, 3}) == refusal{"sold_out", "/lines/1"});
    }
    SECTION("because the buyer has had enough of another sale") {
        const auto other = shop.sale(5, 2);
        REQUIRE(shop.buy(shop.buyer(1), other).has_value());
        REQUIRE(shop.buy(shop.buyer(1), other).has_value());
        CHECK(buy({other, 1}) == refusal{"purchase_limit", "/lines/1"});
    }
    CHECK(next_admission(shop, sale, shop.buyer(2)) == 1);
}

TEST_CASE("of several culprits the first is named: sales by id, then products", "[order][cart]") {
    order_shop shop;
    auto first = shop.sale(1), second = shop.sale(1);
    if (second < first) std::swap(first, second);
    const auto goods = shop.product(1);
    const auto refused = [&](std::vector<wanted_line> lines) {
        return refusal_of(shop.buy(shop.request(shop.buyer(1), std::move(lines))));
    };
    // Above the limit of 1, and more than there are.
    CHECK(refused({{goods, 2}, {second, 2}, {first, 2}}) == refusal{"purchase_limit", "/lines/2"});
    REQUIRE(shop.buy(shop.buyer(2), first).has_value());
    CHECK(refused({{goods, 2}, {second, 2}, {first, 1}}) == refusal{"sold_out", "/lines/2"});
    shop.run(shop.gate().remove(first)).value();  // whose load finds that nothing is left
    CHECK(refused({{goods, 2}, {first, 1}}) == refusal{"sold_out", "/lines/1"});
    CHECK(refused({{goods, 2}, {second, 1}}) == refusal{"out_of_stock", "/lines/0"});
    shop.run(shop.gate().remove(second)).value();  // whose load finds one
    CHECK(refused({{goods, 1}, {second, 1}}) == refusal{"placed", ""});
}

TEST_CASE("an order without any address is refused before its lines are looked at",
          "[order][cart]") {
    order_shop shop;
    const auto nobody = make_id<user_id>();  // has no profile, so no address in it
    const refusal missing{"validation_failed", "/address"};
    const auto buy = [&](wanted_line line) {
        auto request = shop.request(nobody, {line});
        request.profile_may_lack_address = true;
        return refusal_of(shop.buy(std::move(request)));
    };
    const auto open = shop.sale(1), upcoming = shop.sale(1, 1, std::chrono::hours{1});
    CHECK(buy({make_id<sale_id>(), 1}) == missing);
    CHECK(buy({upcoming, 1}) == missing);
    CHECK(buy({open, 2}) == missing);
    CHECK(buy({open, 1}) == missing);
    CHECK(buy({shop.product(0), 1}) == missing);
    CHECK(next_admission(shop, open, shop.buyer(1)) == 1);

    auto request = shop.request(nobody, {{shop.sale(1), 1}});
    request.profile_may_lack_address = true;
    request.address = market::address{"Seoul", "Jung-gu", "04524", "110 Sejong-daero"};
    CHECK(shop.buy(std::move(request)).has_value());
}
