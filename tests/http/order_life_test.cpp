#include "support/catch.hpp"

#include "http/test_shop.hpp"

#include <market/base/crypto.hpp>

#include <boost/json.hpp>

#include <string>

using namespace market;
using namespace market::test;
namespace json = boost::json;

namespace {

const std::string as_user = "\r\nAuthorization: Bearer user";
const std::string as_admin = "\r\nAuthorization: Bearer admin";
const std::string an_order = "01890a5d-ac96-774b-bcce-b302099a8057";
const std::string secret = "a secret of the provider";

/// "422: code pointer, ..." or "409: order_state".
std::string told(const raw_reply& reply) {
    std::string out = std::to_string(reply.status) + ":";
    const auto document = json::parse(reply.body).as_object();
    const auto* errors = document.if_contains("errors");
    if (!errors) return out + " " + std::string(document.at("code").as_string());
    for (const auto& one : errors->as_array()) {
        const auto& entry = one.as_object();
        const char* place = entry.contains("pointer") ? "pointer" : "parameter";
        out += " " + std::string(entry.at("code").as_string()) + " " +
               std::string(entry.at(place).as_string());
    }
    return out;
}

http::settings with_secret() {
    http::settings out;
    out.webhook_secret = secret;
    return out;
}

raw_reply notify(const test_shop& shop, const std::string& body, const std::string& key = secret) {
    const auto seconds = std::to_string(
        std::chrono::duration_cast<std::chrono::seconds>(system_clock().now().time_since_epoch())
            .count());
    return ask(shop.server->port(),
               "POST /v1/payments/webhooks/sandbox\r\nMarket-Signature: t=" + seconds +
                   ",v1=" + to_hex(hmac_sha256(key, seconds + "." + body)),
               body);
}

std::string notice(const std::string& kind = "payment.captured") {
    return R"({"id":"n-1","type":")" + kind + R"(","order_id":")" + an_order +
           R"(","at":"2026-11-23T09:00:00.000Z"})";
}

}  // namespace

TEST_CASE("a delivery is an admin's, and its members are checked", "[http][orders]") {
    test_shop shop;
    const auto put = [&](const std::string& body, const std::string& who = as_admin,
                         const std::string& order = an_order) {
        return ask(shop.server->port(), "PUT /v1/orders/" + order + "/delivery" + who, body);
    };
    CHECK(put(R"({"state":"shipped","carrier":"Post","tracking":"12"})").status == 200);
    CHECK(shop.orders.asked() == "deliver shipped Post 12");
    CHECK(put(R"({"state":"delivered"})").status == 200);
    CHECK(shop.orders.asked() == "deliver delivered - -");
    CHECK(shop.orders.calls == 2);
    CHECK(put(R"({"state":"shipped"})", "").status == 401);
    CHECK(put(R"({"state":"shipped"})", as_user).status == 403);
    CHECK(told(put("{}")) == "422: required /state");
    for (const auto* state : {"pending", "confirmed", "cancelled", "returned", "Shipped", ""})
        CHECK(told(put(R"({"state":")" + std::string(state) + R"("})")) == "422: enum /state");
    CHECK(told(put(R"({"state":1,"carrier":"","tracking":null,"x":1})")) ==
          "422: type /state length /carrier type /tracking unknown /x");
    CHECK(told(put(R"({"state":"shipped","carrier":")" + std::string(101, 'a') + R"("})")) ==
          "422: length /carrier");
    CHECK(told(put(R"({"state":"shipped","tracking":"a\nb"})")) == "422: format /tracking");
    CHECK(put(R"({"state":"shipped","carrier":")" + std::string(100, 'a') + R"("})").status == 200);
    CHECK(told(put(R"({"state":"shipped"})", as_admin, "nonsense")) == "404: order_not_found");
    CHECK(shop.orders.calls == 3);
    shop.orders.refusal = failure{errc::order_state, "it is back"};
    CHECK(told(put(R"({"state":"shipped"})")) == "409: order_state");
}

TEST_CASE("a return has a reason; it is accepted by an admin", "[http][orders]") {
    test_shop shop;
    const auto path = "POST /v1/orders/" + an_order + "/return";
    const auto port = shop.server->port();
    CHECK(ask(port, path + as_user, R"({"reason":"too small"})").status == 200);
    CHECK(shop.orders.asked() == "return too small");
    CHECK(ask(port, path, R"({"reason":"too small"})").status == 401);
    CHECK(told(ask(port, path + as_user, "{}")) == "422: required /reason");
    CHECK(told(ask(port, path + as_user, R"({"reason":""})")) == "422: length /reason");
    CHECK(told(ask(port, path + as_user, R"({"reason":")" + std::string(501, 'a') + R"("})")) ==
          "422: length /reason");
    CHECK(ask(port, path + as_user + "\r\nContent-Length: 0").status == 415);
    shop.orders.refusal = failure{errc::return_window_closed, "too late"};
    CHECK(told(ask(port, path + as_user, R"({"reason":"too small"})")) ==
          "409: return_window_closed");
    shop.orders.refusal.reset();
    CHECK(ask(port, path + "/accept" + as_admin).status == 200);
    CHECK(shop.orders.asked() == "accept");
    CHECK(ask(port, path + "/accept" + as_user).status == 403);
    CHECK(ask(port, path + "/accept").status == 401);
    CHECK(told(ask(port, path + "/accept" + as_admin, R"({"why":1})")) == "422: unknown /why");
}

TEST_CASE("a payment names its method and token", "[http][orders]") {
    test_shop shop;
    const auto pay = [&](const std::string& body) {
        return ask(shop.server->port(), "POST /v1/orders/" + an_order + "/payment" + as_user, body);
    };
    const std::string good = R"({"method":"card","token":"tok_ok"})";
    CHECK(pay(good).status == 200);
    CHECK(shop.orders.asked() == "pay tok_ok");
    CHECK(pay(R"({"method":"card","token":"tok_declined"})").status == 200);
    CHECK(shop.orders.asked() == "pay tok_declined");
    CHECK(told(pay("{}")) == "422: required /method required /token");
    CHECK(told(pay(R"({"method":"cash","token":"4111111111111111","amount":1})")) ==
          "422: enum /method enum /token unknown /amount");
    CHECK(shop.orders.calls == 2);
    shop.orders.refusal = failure{errc::payment_declined, "no"};
    CHECK(told(pay(good)) == "402: payment_declined");
    shop.orders.refusal = failure{errc::order_expired, "too late"};
    CHECK(told(pay(good)) == "409: order_expired");
}

TEST_CASE("a webhook is taken from the provider only", "[http][orders]") {
    test_shop shop(with_secret());
    const auto taken = notify(shop, notice());
    CHECK(taken.status == 200);
    CHECK(taken.body ==
          R"({"id":"n-1","order_id":")" + an_order + R"(","payment_state":"captured"})");
    CHECK(shop.orders.asked() == "notice n-1 payment.captured");
    CHECK(notify(shop, notice("payment.declined")).status == 200);
    CHECK(shop.orders.asked() == "notice n-1 payment.declined");
    CHECK(shop.orders.calls == 2);

    const auto path = "POST /v1/payments/webhooks/sandbox";
    CHECK(told(ask(shop.server->port(), path, notice())) == "401: unauthenticated");
    CHECK(ask(shop.server->port(), path + as_admin, notice()).status == 401);
    CHECK(notify(shop, notice(), "another secret").status == 401);
    CHECK(notify(shop, "{", "another secret").status == 401);  // before anything is made of it
    CHECK(notify(shop, "{").status == 400);
    CHECK(told(notify(shop, "{}")) ==
          "422: required /id required /type required /order_id required /at");
    CHECK(
        told(notify(shop, R"({"id":"a b","type":"payment.refunded","order_id":"x","at":"now"})")) ==
        "422: format /id enum /type format /order_id format /at");
    CHECK(told(notify(shop, R"({"id":")" + std::string(201, 'a') +
                                R"(","type":"payment.captured",)" + R"("order_id":")" + an_order +
                                R"(","at":"2026-11-23T09:00:00.000Z"})")) == "422: length /id");
    CHECK(shop.orders.calls == 2);

    test_shop secretless;
    CHECK(notify(secretless, notice(), "").status == 401);
}

TEST_CASE("orders are filtered by every state there is", "[http][orders]") {
    test_shop shop;
    for (const auto state : order::order_states)
        CHECK(ask(shop.server->port(),
                  "GET /v1/orders?state=" + std::string(order::to_string(state)) + as_user)
                  .status == 200);
    CHECK(told(ask(shop.server->port(), "GET /v1/orders?state=lost" + as_user)) ==
          "422: enum state");
}
