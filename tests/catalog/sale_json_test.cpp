#include "catalog/catalog_fixture.hpp"
#include "support/catch.hpp"

using namespace market;
using namespace market::catalog;

TEST_CASE("sales and their stock have the members of the contract", "[catalog]") {
    const instant at = from_micros(1'795'424'400'123'000);
    const sale value{.id = make_id<sale_id>(),
                     .product = make_id<product_id>(),
                     .title = "t",
                     .price = money{5},
                     .quantity = 9,
                     .remaining = 4,
                     .per_user_limit = 2,
                     .starts_at = at,
                     .ends_at = at + std::chrono::hours{1},
                     .status = sale_status::sold_out,
                     .server_time = at};
    CHECK(to_json(value, "KRW") ==
          "{\"id\":\"" + to_string(value.id) + "\",\"product_id\":\"" + to_string(value.product) +
              "\",\"title\":\"t\",\"price\":{\"amount\":5,\"currency\":\"KRW\"},\"quantity\":9,"
              "\"remaining\":4,\"per_user_limit\":2,\"starts_at\":\"" +
              format_rfc3339(at) + "\",\"ends_at\":\"" + format_rfc3339(value.ends_at) +
              "\",\"status\":\"sold_out\",\"server_time\":\"" + format_rfc3339(at) + "\"}");
    const sale_stock stock{.total = 5, .sold = 1, .held = 2, .remaining = 2, .gate_epoch = 7};
    CHECK(to_json(stock) == R"({"total":5,"sold":1,"held":2,"remaining":2,"gate_epoch":7})");
}

TEST_CASE("each status has its name", "[catalog]") {
    CHECK(to_string(sale_status::ended) == "ended");
    CHECK(to_string(sale_status::upcoming) == "upcoming");
    CHECK(to_string(sale_status::paused) == "paused");
    CHECK(to_string(sale_status::sold_out) == "sold_out");
    CHECK(to_string(sale_status::open) == "open");
}
