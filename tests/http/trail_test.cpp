#include "support/catch.hpp"

#include "http/test_shop.hpp"

using namespace market;
using namespace market::test;

namespace {

const std::string as_admin = "\r\nAuthorization: Bearer admin";
const std::string sale = "/v1/sales/01890a5d-ac96-774b-bcce-b302099a8057";
const std::string an_order =
    R"({"lines":[{"sale_id":"01890a5d-ac96-774b-bcce-b302099a8057","quantity":1}]})";

}  // namespace

TEST_CASE("what an admin does is on the trail before it begins, and then what became of it",
          "[http][trail]") {
    test_shop shop;
    const auto port = shop.server->port();
    const std::string close = "POST " + sale + "/close";
    int calls_before = -1;
    shop.users.when_begun = [&] { calls_before = shop.catalog.calls; };
    CHECK(ask(port, close + as_admin).status == 200);
    CHECK(calls_before == 0);
    CHECK(shop.catalog.calls == 1);
    CHECK(shop.users.trail == std::vector<std::string>{close, "done"});

    CHECK(ask(port, "POST /v1/sales" + as_admin, "{}").status == 422);
    CHECK(ask(port, "POST /v1/sales" + as_admin, "{").status == 400);
    shop.orders.throws = true;
    CHECK(ask(port, "POST /v1/orders" + as_admin, an_order).status == 500);
    CHECK(shop.users.trail == std::vector<std::string>{close, "done", "POST /v1/sales",
                                                       "validation_failed", "POST /v1/sales",
                                                       "malformed_body", "POST /v1/orders",
                                                       "internal"});
}

TEST_CASE("an admin's action that cannot be put on the trail does not run", "[http][trail]") {
    test_shop shop;
    shop.users.trail_refusal = failure{errc::database_unavailable, "the record is away"};
    const auto refused = ask(shop.server->port(), "POST " + sale + "/close" + as_admin);
    CHECK(refused.status == 503);
    CHECK(refused.headers.at("retry-after") == "1");
    CHECK(refused.body.find("\"code\":\"database_unavailable\"") != std::string::npos);
    CHECK(shop.catalog.calls == 0);
    CHECK(shop.users.trail.empty());
    shop.users.trail_refusal.reset();
    CHECK(ask(shop.server->port(), "POST " + sale + "/close" + as_admin).status == 200);
}

TEST_CASE("what anyone reads and what buyers do is not on the trail", "[http][trail]") {
    test_shop shop;
    const auto port = shop.server->port();
    const std::string as_user = "\r\nAuthorization: Bearer user";
    ask(port, "GET /v1/sales" + as_admin);
    ask(port, "GET /v1/users/me" + as_admin);
    ask(port, "GET " + sale + "/stock" + as_admin);
    CHECK(ask(port, "POST " + sale + "/close" + as_user).status == 403);
    CHECK(ask(port, "POST " + sale + "/close").status == 401);
    CHECK(ask(port, "POST /v1/auth/logout" + as_user).status == 204);
    CHECK(ask(port, "POST /v1/orders" + as_user, an_order).status == 201);
    CHECK(shop.users.trail.empty());
}
