#include "support/catch.hpp"

#include <market/order/order.hpp>

#include <boost/json.hpp>

using namespace market;
namespace json = boost::json;

TEST_CASE("an order's JSON holds any text and every member of the contract", "[order]") {
    order::order made;
    made.id = make_id<order_id>();
    made.user = make_id<user_id>();
    made.total = money{1'000'000'000'000'000};
    made.address = {"\"Seoul\"", "back\\slash", "\x01\n\t", "응원봉 🎤"};
    made.placed_at = from_micros(1'795'424'400'123'000);
    made.lines = {{make_id<product_id>(), make_id<sale_id>(), "a\"b", 2, money{5}, 7},
                  {make_id<product_id>(), {}, "plain", 1, money{0}, {}}};
    made.delivery = order::delivery{
        "pending", "carrier", {}, {{"pending", made.placed_at}, {"cancelled", made.placed_at}}};
    const auto read = json::parse(to_json(made, "KRW"));

    std::vector<std::string> members;
    for (const auto& [name, value] : read.as_object()) members.emplace_back(name);
    CHECK(members == std::vector<std::string>{"id", "user_id", "state", "lines", "total", "address",
                                              "placed_at", "expires_at", "payment", "delivery"});
    CHECK(read.at("address").at("state").as_string() == "\"Seoul\"");
    CHECK(read.at("address").at("city").as_string() == "back\\slash");
    CHECK(read.at("address").at("zipcode").as_string() == "\x01\n\t");
    CHECK(read.at("address").at("street").as_string() == "응원봉 🎤");
    CHECK(read.at("total").at("amount").as_int64() == 1'000'000'000'000'000);
    CHECK(read.at("total").at("currency").as_string() == "KRW");
    CHECK(read.at("placed_at").as_string() == "2026-11-23T09:00:00.123Z");
    CHECK(read.at("lines").at(0).at("admission_seq").as_int64() == 7);
    CHECK(read.at("lines").at(0).at("unit_price").at("amount").as_int64() == 5);
    CHECK(read.at("lines").at(1).at("sale_id").is_null());
    CHECK(read.at("lines").at(1).at("admission_seq").is_null());
    CHECK(read.at("delivery").at("carrier").as_string() == "carrier");
    CHECK(read.at("delivery").at("tracking").is_null());
    CHECK(read.at("delivery").at("history").at(1).at("state").as_string() == "cancelled");

    made.return_reason = "too \"small\"";
    const auto returned = json::parse(to_json(made, "KRW")).as_object();
    CHECK(returned.size() == members.size() + 1);
    CHECK(returned.at("return_reason").as_string() == "too \"small\"");
}
