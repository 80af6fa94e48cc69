#include "support/catch.hpp"

#include "http/test_shop.hpp"

#include <boost/json.hpp>

#include <string>
#include <thread>

using namespace market;
using namespace market::test;
namespace json = boost::json;

namespace {

const std::string as_user = "\r\nAuthorization: Bearer user";
const std::string as_admin = "\r\nAuthorization: Bearer admin";
const std::string sale = "01890a5d-ac96-774b-bcce-b302099a8057";
const std::string other_sale = "01890a5d-ac96-774b-bcce-b302099a8058";

std::string line(const std::string& id) { return R"({"sale_id":")" + id + R"(","quantity":1})"; }
std::string cart(const std::string& lines) { return R"({"lines":[)" + lines + "]}"; }

std::string code_of(const raw_reply& reply) {
    return std::string(json::parse(reply.body).at("code").as_string());
}

/// "code pointer" of each culprit, joined by commas.
std::string told(const raw_reply& reply) {
    std::string out;
    const auto document = json::parse(reply.body);
    for (const auto& one : document.at("errors").as_array()) {
        const auto& entry = one.as_object();
        const char* place = entry.contains("pointer")  ? "pointer"
                            : entry.contains("header") ? "header"
                                                       : "parameter";
        if (!out.empty()) out += ", ";
        out += std::string(entry.at("code").as_string()) + " " +
               std::string(entry.at(place).as_string());
    }
    return out;
}

}  // namespace

TEST_CASE("the first check that fails answers, in the order of the contract", "[http][server]") {
    test_shop shop;
    const auto port = shop.server->port();
    CHECK(ask(port, "BREW /none").status == 501);
    CHECK(ask(port, "POST /none").status == 404);
    const auto other_method = ask(port, "DELETE /v1/orders");
    CHECK(other_method.status == 405);
    CHECK(other_method.headers.at("allow") == "POST, GET, HEAD, OPTIONS");
    const auto nobody = ask(port, "POST /v1/orders", "{");
    CHECK(nobody.status == 401);
    CHECK(nobody.headers.at("www-authenticate") == "Bearer");
    CHECK(ask(port, "POST /v1/sales" + as_user, "{").status == 403);
    CHECK(ask(port, "POST /v1/sales" + as_admin + "\r\nContent-Length: 0").status == 415);
    const auto malformed = ask(port, "POST /v1/orders" + as_user, R"({"a":1,"a":2})");
    CHECK(malformed.status == 400);
    CHECK(code_of(malformed) == "malformed_body");
    CHECK(told(malformed) == "duplicate /a");
    CHECK(ask(port, "POST /v1/orders" + as_user, "{}").status == 422);
    CHECK(ask(port, "GET /v1/orders/nonsense?x=1" + as_user).status == 422);
    CHECK(code_of(ask(port, "GET /v1/orders/nonsense" + as_user)) == "order_not_found");
    CHECK(ask(port, "GET /v1/sales/nonsense/stock").status == 401);
    CHECK(ask(port, "GET /v1/sales/nonsense/stock" + as_user).status == 403);
    CHECK(code_of(ask(port, "GET /v1/sales/nonsense/stock" + as_admin)) == "sale_not_found");
    CHECK(code_of(ask(port, "GET /v1/products/nonsense")) == "product_not_found");
    CHECK(shop.orders.calls == 0);
    CHECK(shop.catalog.calls == 0);
}

TEST_CASE("every problem is a problem document", "[http][server]") {
    test_shop shop;
    const auto reply = ask(shop.server->port(), "GET /none\r\nX-Request-Id: my-id.1");
    CHECK(reply.headers.at("content-type") == "application/problem+json");
    CHECK(reply.headers.at("x-request-id") == "my-id.1");
    const auto document = json::parse(reply.body);
    CHECK(document.at("type").as_string() == "/problems/not_found");
    CHECK(document.at("status").as_int64() == 404);
    CHECK(document.at("request_id").as_string() == "my-id.1");
    CHECK(ask(shop.server->port(), "GET /problems/not_found").status == 200);
    CHECK(ask(shop.server->port(), "GET /problems/none").status == 404);
}

TEST_CASE("lines of a cart are checked each, and told all", "[http][server]") {
    test_shop shop;
    const auto refused = [&](const std::string& body) {
        const auto reply = ask(shop.server->port(), "POST /v1/orders" + as_user, body);
        CHECK(reply.status == 422);
        CHECK(code_of(reply) == "validation_failed");
        return told(reply);
    };
    CHECK(refused("[]") == "type ");
    CHECK(refused("{}") == "required /lines");
    CHECK(refused(R"({"lines":[]})") == "length /lines");
    CHECK(refused(R"({"lines":{}})") == "type /lines");
    CHECK(refused(cart("1")) == "type /lines/0");
    CHECK(refused(cart("{}")) == "required /lines/0/sale_id, required /lines/0/quantity");
    CHECK(refused(cart(R"({"sale_id":"x","quantity":0})")) ==
          "format /lines/0/sale_id, range /lines/0/quantity");
    CHECK(refused(cart(R"({"product_id":5,"quantity":1001})")) ==
          "type /lines/0/product_id, range /lines/0/quantity");
    CHECK(refused(cart(R"({"sale_id":")" + sale + R"(","product_id":")" + sale +
                       R"(","quantity":1})")) == "unknown /lines/0/product_id");
    CHECK(refused(cart(line(sale) + "," + line(other_sale) + "," + line(sale))) ==
          "duplicate /lines/2");
    CHECK(refused(cart(line("x") + "," + line("y"))) ==
          "format /lines/0/sale_id, format /lines/1/sale_id");
    std::string many = line(sale);
    for (int i = 0; i < 20; ++i) many += "," + line(sale);
    CHECK(refused(cart(many)) == "length /lines");
    CHECK(refused(R"({"lines":[)" + line(sale) + R"(],"address":{"state":1},"x":2})") ==
          "type /address/state, required /address/city, required /address/zipcode, required "
          "/address/street, unknown /x");
    CHECK(shop.orders.calls == 0);
    CHECK(ask(shop.server->port(), "POST /v1/orders" + as_user,
              cart(line(sale) + R"(,{"product_id":")" + sale + R"(","quantity":1})"))
              .status == 201);
}

TEST_CASE("a purchase is handed over as sent and answered as given", "[http][server]") {
    http::settings chosen;
    chosen.request_deadline = std::chrono::milliseconds(1'234);
    test_shop shop(chosen);
    shop.orders.replays = true;
    const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const auto before = std::chrono::steady_clock::now();
    const auto reply =
        ask(shop.server->port(), "POST /v1/orders" + as_user + "\r\nIdempotency-Key: \"k 1\"",
            cart(line(sale)));
    CHECK(reply.status == 422);
    CHECK(told(reply) == "format Idempotency-Key");
    const auto placed =
        ask(shop.server->port(),
            "POST /v1/orders" + as_user + "\r\nIdempotency-Key: \"k\"\r\ntraceparent: " + trace,
            cart(line(sale)));
    CHECK(placed.status == 201);
    CHECK(placed.body == R"({"as":"given"})");
    CHECK(placed.headers.at("location") == "/v1/orders/00000000-0000-0000-0000-000000000000");
    CHECK(placed.headers.at("idempotent-replayed") == "true");
    CHECK(placed.headers.at("cache-control") == "no-store");
    const auto wanted = shop.orders.placed();
    CHECK(wanted.idempotency_key == "k");
    CHECK(wanted.traceparent == trace);
    CHECK(wanted.lines.size() == 1);
    CHECK(wanted.until >= before + chosen.request_deadline);
    CHECK(wanted.until <= std::chrono::steady_clock::now() + chosen.request_deadline);
}

TEST_CASE("a refusal's facts and an exception's silence reach the client", "[http][server]") {
    test_shop shop;
    shop.orders.refusal = failure{errc::outcome_unknown, "ask again with the same key"};
    const auto unknown = ask(shop.server->port(), "POST /v1/orders" + as_user, cart(line(sale)));
    CHECK(unknown.status == 503);
    CHECK(unknown.headers.at("retry-after") == "1");
    shop.orders.throws = true;
    const auto failed = ask(shop.server->port(), "POST /v1/orders" + as_user, cart(line(sale)));
    CHECK(failed.status == 500);
    CHECK(failed.text.find("secret") == std::string::npos);
}

TEST_CASE("1,000 pipelined requests get 1,000 answers in order", "[http][server]") {
    test_shop shop;
    raw_client client(shop.server->port());
    std::string all;
    for (int i = 0; i < 1'000; ++i)
        all += "GET /livez HTTP/1.1\r\nHost: s\r\nX-Request-Id: " + std::to_string(i) + "\r\n\r\n";
    std::thread sending([&] { client.send(all); });
    for (int i = 0; i < 1'000; ++i) {
        const auto reply = client.read();
        if (reply.status != 200 || reply.headers.at("x-request-id") != std::to_string(i))
            FAIL("reply " << i);
    }
    sending.join();
}

TEST_CASE("what cannot be framed is answered and the connection closed", "[http][server]") {
    test_shop shop;
    for (const auto& [bytes, status] : std::vector<std::pair<std::string, int>>{
             {"GET / HTTP/1.1\r\n\r\n", 400},
             {"POST /v1/orders HTTP/1.1\r\nHost: s\r\nContent-Length: 65537\r\n\r\n", 413},
             {"GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\nHost: s\r\n\r\n", 431},
             {"GET / HTTP/1.1\r\nHost: s\r\nX: " + std::string(17'000, 'x') + "\r\n\r\n", 431},
             {"POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", 400}}) {
        raw_client client(shop.server->port());
        client.send(bytes + "GET /livez HTTP/1.1\r\nHost: s\r\n\r\n");
        const auto reply = client.read();
        CHECK(reply.status == status);
        CHECK(reply.headers.at("connection") == "close");
        CHECK(client.is_closed());
    }
}

TEST_CASE("HTTP/1.0 is answered and closed, HTTP/1.1 kept", "[http][server]") {
    test_shop shop;
    raw_client old(shop.server->port());
    old.send("GET /livez HTTP/1.0\r\n\r\n");
    CHECK(old.read().status == 200);
    CHECK(old.is_closed());
    raw_client kept(shop.server->port());
    for (int i = 0; i < 3; ++i) {
        kept.send("GET /livez HTTP/1.1\r\nHost: s\r\n\r\n");
        CHECK(kept.read().status == 200);
    }
}

TEST_CASE("HEAD is GET without its body, OPTIONS tells the methods", "[http][server]") {
    test_shop shop;
    raw_client client(shop.server->port());
    client.send("HEAD /livez HTTP/1.1\r\nHost: s\r\n\r\nGET /livez HTTP/1.1\r\nHost: s\r\n\r\n");
    const auto head = client.read(false);
    const auto get = client.read();
    CHECK(head.headers.at("content-length") == get.headers.at("content-length"));
    CHECK_FALSE(get.body.empty());
    const auto options = ask(shop.server->port(), "OPTIONS /v1/sales");
    CHECK(options.status == 204);
    CHECK(options.headers.at("allow") == "GET, HEAD, POST, OPTIONS");
    CHECK(options.headers.count("content-length") == 0);
    CHECK(ask(shop.server->port(), "OPTIONS *").status == 204);
}

TEST_CASE("Expect: 100-continue invites the body, or refuses without it", "[http][server]") {
    test_shop shop;
    const std::string head =
        "POST /v1/orders HTTP/1.1\r\nHost: s\r\nContent-Type: application/json\r\nExpect: "
        "100-continue\r\n";
    const auto body = cart(line(sale));
    raw_client client(shop.server->port());
    client.send(head + "Authorization: Bearer user\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n");
    CHECK(client.read().status == 100);
    client.send(body);
    CHECK(client.read().status == 201);
    raw_client stranger(shop.server->port());
    stranger.send(head + "Content-Length: 5\r\n\r\n");
    CHECK(stranger.read().status == 401);
    CHECK(stranger.is_closed());
}

TEST_CASE("a call without a body takes none but an empty object", "[http][server]") {
    test_shop shop;
    const auto cancel = "POST /v1/orders/" + sale + "/cancel" + as_user;
    CHECK(code_of(ask(shop.server->port(), cancel)) == "order_state");
    CHECK(code_of(ask(shop.server->port(), cancel, "{}")) == "order_state");
    CHECK(told(ask(shop.server->port(), cancel, R"({"why":1})")) == "unknown /why");
    CHECK(told(ask(shop.server->port(), cancel, "[]")) == "type ");
    CHECK(ask(shop.server->port(), cancel, "{").status == 400);
    CHECK(shop.orders.calls == 2);
}

TEST_CASE("a page links to the next", "[http][server]") {
    test_shop shop;
    const auto reply = ask(shop.server->port(), "GET /v1/products?limit=2");
    CHECK(reply.status == 200);
    CHECK(reply.headers.at("link") == "</v1/products?limit=2&cursor=next>; rel=\"next\"");
    const auto body = json::parse(reply.body);
    CHECK(body.at("items").as_array().size() == 2);
    CHECK(body.at("next_cursor").as_string() == "next");
    const auto last = json::parse(ask(shop.server->port(), "GET /v1/sales").body);
    CHECK(last.at("next_cursor").is_null());
    CHECK(told(ask(shop.server->port(), "GET /v1/sales?limit=0&status=x&product_id=1&y=1")) ==
          "range limit, enum status, format product_id, unknown y");
    CHECK(told(ask(shop.server->port(), "GET /v1/orders?sale_id=" + sale + as_user)) ==
          "unknown sale_id");
    CHECK(ask(shop.server->port(), "GET /v1/orders?sale_id=" + sale + as_admin).status == 200);
}

TEST_CASE("a forced rebuild of a closed sale shows its stock, there being no gate to load",
          "[http][server]") {
    test_shop shop;
    const auto rebuild = "POST /v1/sales/" + sale + "/gate/rebuild" + as_admin;
    shop.rebuilder.refusal = failure{errc::sale_ended, "the sale is closed"};
    const auto stock = ask(shop.server->port(), rebuild);
    CHECK(stock.status == 200);
    CHECK(stock.body ==
          ask(shop.server->port(), "GET /v1/sales/" + sale + "/stock" + as_admin).body);
    shop.rebuilder.refusal = failure{errc::gate_unavailable, "out of reach"};
    CHECK(ask(shop.server->port(), rebuild).status == 503);
}

TEST_CASE("readiness names each part; the unneeded may be down", "[http][server]") {
    std::atomic<bool> database_down{false};
    const auto database = [&]() -> std::optional<std::string> {
        if (database_down) return "out of reach";
        return std::nullopt;
    };
    const auto events = [] { return std::optional<std::string>("down"); };
    test_shop shop({}, {{"database", database}, {"events", events, false}});
    const auto ready = ask(shop.server->port(), "GET /readyz");
    CHECK(ready.status == 200);
    CHECK(ready.body ==
          R"({"status":"ready","checks":{"database":"ok","events":"down","draining":"ok"}})");
    database_down = true;
    CHECK(ask(shop.server->port(), "GET /readyz").status == 503);
    CHECK(ask(shop.server->port(), "GET /livez").status == 200);
}

TEST_CASE("the set-up form shows its token as text and takes a form", "[http][server]") {
    test_shop shop;
    const auto page = ask(shop.server->port(), "GET /setup?token=%22%3E%3Cscript%3E");
    CHECK(page.status == 200);
    CHECK(page.body.find("<script") == std::string::npos);
    CHECK(page.body.find("value=\"&quot;&gt;&lt;script&gt;\"") != std::string::npos);
    CHECK(page.headers.at("referrer-policy") == "no-referrer");
    CHECK(page.headers.at("cache-control") == "no-store");
    const std::string form = "token=right&email=a%40b.example&password=long+enough&name=A";
    raw_client client(shop.server->port());
    client.send(
        "POST /v1/setup HTTP/1.1\r\nHost: s\r\nContent-Type: "
        "application/x-www-form-urlencoded\r\nContent-Length: " +
        std::to_string(form.size()) + "\r\n\r\n" + form);
    const auto made = client.read();
    CHECK(made.status == 201);
    CHECK(made.body.find("a@b.example") != std::string::npos);
    const auto wrong =
        R"({"token":"wrong","email":"a@b.example","password":"long enough","name":"A"})";
    CHECK(ask(shop.server->port(), "POST /v1/setup", wrong).status == 404);
    CHECK(ask(shop.server->port(),
              "POST /v1/auth/login\r\nContent-Type: application/x-www-form-urlencoded")
              .status == 415);
}

TEST_CASE("pages of configured origins may read replies, others not", "[http][server]") {
    test_shop closed;
    CHECK(ask(closed.server->port(), "GET /livez\r\nOrigin: https://a.example")
              .headers.count("access-control-allow-origin") == 0);
    http::settings chosen;
    chosen.cors_origins = {"https://a.example"};
    test_shop shop(chosen);
    const auto allowed =
        ask(shop.server->port(), "OPTIONS /v1/orders\r\nOrigin: https://a.example");
    CHECK(allowed.headers.at("access-control-allow-origin") == "https://a.example");
    CHECK(allowed.headers.at("access-control-allow-methods") == "POST, GET, HEAD, OPTIONS");
    const auto other = ask(shop.server->port(), "GET /livez\r\nOrigin: https://b.example");
    CHECK(other.headers.count("access-control-allow-origin") == 0);
}
