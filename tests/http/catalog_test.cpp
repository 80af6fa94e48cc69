#include "input/conditions.hpp"
#include "support/catch.hpp"
#include "test_shop.hpp"

#include <boost/json.hpp>

using namespace market;
using namespace market::test;
namespace json = boost::json;

namespace {

const std::string as_admin = "\r\nAuthorization: Bearer admin";
const std::string known_id = "01890a5d-ac96-774b-bcce-b302099a8057";

std::string told(const raw_reply& reply) {
    std::string out;
    const auto document = json::parse(reply.body);
    for (const auto& one : document.at("errors").as_array()) {
        const auto& entry = one.as_object();
        for (const auto* place : {"pointer", "parameter", "header"}) {
            if (!entry.contains(place)) continue;
            if (!out.empty()) out += ", ";
            out += std::string(entry.at("code").as_string()) + " " +
                   std::string(entry.at(place).as_string());
        }
    }
    return out;
}

std::string code_of(const raw_reply& reply) {
    return std::string(json::parse(reply.body).at("code").as_string());
}

bool knows(const std::vector<std::string>& sent, std::string_view tag) {
    http::request request;
    request.if_none_match = sent;
    return http::client_has(request, tag);
}

}  // namespace

TEST_CASE("products are searched as asked", "[http][catalog]") {
    test_shop shop;
    const auto get = [&](const std::string& query) {
        return ask(shop.server->port(), "GET /v1/products?" + query);
    };
    CHECK(get("query=%ED%95%9C+a&category=x%20&sort=-price&limit=2").status == 200);
    CHECK(shop.catalog.searched.query == "한 a");
    CHECK(shop.catalog.searched.category == "x ");
    CHECK(shop.catalog.searched.sort == catalog::product_sort::price_down);
    CHECK(shop.catalog.searched.limit == 2);
    catalog::product last;
    last.price = money{7};
    const auto cursor = catalog::make_product_cursor(last, catalog::product_sort::price);
    CHECK(get("sort=price&cursor=" + cursor).status == 200);
    CHECK(shop.catalog.searched.after->price == money{7});
    CHECK(told(get("sort=name&cursor=" + cursor)) == "format cursor");
    CHECK(get("query=").status == 200);
    CHECK(get("query=" + std::string(200, 'x')).status == 200);
    for (const auto& [query, wrong] : std::vector<std::pair<std::string, std::string>>{
             {"sort=PRICE", "enum sort"},
             {"sort=", "enum sort"},
             {"category=", "length category"},
             {"category=" + std::string(101, 'x'), "length category"},
             {"query=" + std::string(201, 'x'), "length query"},
             {"query=%ff", "format query"},
             {"query=%ED%A0%80", "format query"},
             {"query=a%00b", "format query"},
             {"query=%0a", "format query"},
             {"cursor=x", "format cursor"},
             {"cursor=", "length cursor"},
             {"query=a&query=b", "duplicate query"},
             {"limit=101&sort=x&cursor=-&q=1",
              "range limit, enum sort, format cursor, unknown q"}}) {
        INFO(query);
        const auto reply = get(query);
        CHECK(reply.status == 422);
        CHECK(told(reply) == wrong);
    }
}

TEST_CASE("what a client has is not sent again", "[http][catalog]") {
    test_shop shop;
    const auto port = shop.server->port();
    for (const std::string path : {"/v1/sales", "/v1/products?limit=1"}) {
        INFO(path);
        const auto first = ask(port, "GET " + path);
        const auto tag = first.headers.at("etag");
        CHECK(first.headers.at("cache-control") == "no-cache");
        raw_client client(port);
        client.send("GET " + path + " HTTP/1.1\r\nHost: s\r\nIf-None-Match: \"x\", W/" + tag +
                    "\r\n\r\nGET /livez HTTP/1.1\r\nHost: s\r\n\r\n");
        const auto again = client.read();
        CHECK(again.status == 304);
        CHECK(again.body.empty());
        CHECK(again.headers.at("etag") == tag);
        CHECK(again.headers.count("content-length") == 0);
        CHECK(again.headers.count("link") == first.headers.count("link"));
        CHECK(client.read().status == 200);  // the connection goes on
        CHECK(ask(port, "GET " + path + "\r\nIf-None-Match: \"1-0\"").status == 200);
    }
    const auto one = ask(port, "GET /v1/sales/" + known_id);
    CHECK(ask(port, "GET /v1/sales/" + known_id + "\r\nIf-None-Match: " + one.headers.at("etag"))
              .status == 304);
}

TEST_CASE("a list of tags is read as RFC 9110 has it", "[http][catalog]") {
    CHECK(knows({"\"1-a\""}, "\"1-a\""));
    CHECK(knows({"W/\"1-a\""}, "\"1-a\""));
    CHECK(knows({"\"x,y\" ,\t\"1-a\","}, "\"1-a\""));
    CHECK(knows({"\"x\"", "\"1-a\""}, "\"1-a\""));
    CHECK(knows({"*"}, "\"1-a\""));
    CHECK_FALSE(knows({}, "\"1-a\""));
    for (const auto* wrong : {"", "1-a", "\"1-a", "\"1-a\"\"1-b\"", "w/\"1-a\"", "\"1-a\" x", ","})
        CHECK_FALSE(knows({wrong}, "\"1-a\""));

    const auto match = [](const std::string& sent) {
        http::request request;
        request.if_match = {sent};
        http::input_errors errors;
        auto out = http::read_if_match(request, errors);
        if (errors.refusal()) out = std::vector<std::int64_t>{-1};
        return out;
    };
    using versions = std::vector<std::int64_t>;
    CHECK(match("*") == std::nullopt);
    CHECK(match("\"12-ab\", \"13\"") == versions{12, 13});
    CHECK(match("W/\"12-ab\"") == versions{});
    CHECK(match("\"12x\", \"\", \"-\", \"99999999999999999999-a\"") == versions{});
    for (const auto* wrong : {"", "12", "\"12", "\"1\" \"2\""}) CHECK(match(wrong) == versions{-1});
}

TEST_CASE("a product is changed by what is sent, if it is of the version named",
          "[http][catalog]") {
    test_shop shop;
    const auto patch = [&](const std::string& body, const std::string& more = "") {
        return ask(shop.server->port(), "PATCH /v1/products/" + known_id + as_admin + more, body);
    };
    const auto done =
        patch(R"({"name":"n","price":{"amount":5,"currency":"KRW"},"image_url":null})",
              "\r\nIf-Match: \"6-ab\"");
    CHECK(done.status == 200);
    CHECK(done.headers.at("etag").starts_with("\"7-"));
    const auto& wanted = shop.catalog.product_changed;
    CHECK(wanted.name == "n");
    CHECK(wanted.price == money{5});
    REQUIRE(wanted.image_url.has_value());
    CHECK_FALSE(wanted.image_url->has_value());
    CHECK_FALSE(wanted.description.has_value());
    CHECK(shop.catalog.upon == std::vector<std::int64_t>{6});
    CHECK(patch("{}").status == 200);
    CHECK_FALSE(shop.catalog.product_changed.image_url.has_value());
    CHECK_FALSE(shop.catalog.upon.has_value());
    for (const auto& [body, wrong] : std::vector<std::pair<std::string, std::string>>{
             {R"({"name":""})", "length /name"},
             {R"({"name":null})", "type /name"},
             {R"({"price":{"amount":-1,"currency":"KRW"}})", "range /price/amount"},
             {R"({"price":{"amount":1,"currency":"USD"}})", "enum /price/currency"},
             {R"({"price":5})", "type /price"},
             {R"({"image_url":"ftp://x/"})", "format /image_url"},
             {R"({"stock":5,"id":1})", "unknown /stock, unknown /id"},
             {"[]", "type "}}) {
        INFO(body);
        const auto reply = patch(body);
        CHECK(reply.status == 422);
        CHECK(told(reply) == wrong);
    }
    CHECK(told(patch("{}", "\r\nIf-Match: 6")) == "format If-Match");
}

TEST_CASE("a sale is changed by what is sent, paused and resumed", "[http][catalog]") {
    test_shop shop;
    const auto port = shop.server->port();
    const auto patch = [&](const std::string& body) {
        return ask(port, "PATCH /v1/sales/" + known_id + as_admin + "\r\nIf-Match: \"1-0\"", body);
    };
    const auto refused = patch(R"({"quantity":5,"ends_at":"2027-01-01T00:00:00Z"})");
    CHECK(refused.status == 412);
    CHECK(code_of(refused) == "precondition_failed");
    CHECK(shop.catalog.sale_changed.quantity == 5);
    CHECK(shop.catalog.sale_changed.ends_at == parse_rfc3339("2027-01-01T00:00:00Z"));
    CHECK_FALSE(shop.catalog.sale_changed.starts_at.has_value());
    for (const auto& [body, wrong] : std::vector<std::pair<std::string, std::string>>{
             {R"({"quantity":0})", "range /quantity"},
             {R"({"quantity":10000001})", "range /quantity"},
             {R"({"quantity":9223372036854775808})", "range /quantity"},
             {R"({"quantity":1.0})", "type /quantity"},
             {R"({"per_user_limit":1001})", "range /per_user_limit"},
             {R"({"starts_at":"soon"})", "format /starts_at"},
             {R"({"title":5})", "type /title"},
             {R"({"product_id":"x","status":"open"})", "unknown /product_id, unknown /status"}}) {
        INFO(body);
        const auto reply = patch(body);
        CHECK(reply.status == 422);
        CHECK(told(reply) == wrong);
    }
    CHECK(ask(port, "POST /v1/sales/" + known_id + "/pause" + as_admin).status == 200);
    CHECK(code_of(ask(port, "POST /v1/sales/" + known_id + "/resume" + as_admin)) == "sale_state");
    CHECK(code_of(ask(port, "POST /v1/sales/x/resume" + as_admin)) == "sale_not_found");
    CHECK(code_of(ask(port, "PATCH /v1/sales/x" + as_admin, "{}")) == "sale_not_found");
}

TEST_CASE("stock is adjusted with a reason, a product retired", "[http][catalog]") {
    test_shop shop;
    const auto port = shop.server->port();
    const auto path = "/v1/products/" + known_id + "/stock/adjustments";
    const auto done = ask(port, "POST " + path + as_admin, R"({"delta":-5,"reason":"broken"})");
    CHECK(done.status == 201);
    CHECK(done.headers.at("location") == "/v1/products/" + known_id + "/stock/movements");
    CHECK(shop.catalog.adjusted == "-5 broken");
    for (const auto& [body, wrong] : std::vector<std::pair<std::string, std::string>>{
             {R"({"delta":0,"reason":"r"})", "range /delta"},
             {R"({"delta":10000001,"reason":"r"})", "range /delta"},
             {R"({"delta":-10000001,"reason":"r"})", "range /delta"},
             {R"({"delta":"1","reason":""})", "type /delta, length /reason"},
             {R"({"delta":1e2,"reason":"r"})", "type /delta"},
             {"{}", "required /delta, required /reason"},
             {R"({"delta":1,"reason":"r","actor":"x"})", "unknown /actor"}}) {
        INFO(body);
        const auto reply = ask(port, "POST " + path + as_admin, body);
        CHECK(reply.status == 422);
        CHECK(told(reply) == wrong);
    }
    const auto calls = shop.catalog.calls.load();
    CHECK(ask(port, "DELETE /v1/products/" + known_id + as_admin).status == 204);
    CHECK(ask(port, "DELETE /v1/products/x" + as_admin).status == 404);
    CHECK(shop.catalog.calls == calls + 1);
    for (const std::string& head :
         {"PATCH /v1/products/" + known_id, "DELETE /v1/products/" + known_id, "POST " + path,
          "PATCH /v1/sales/" + known_id, "POST /v1/sales/" + known_id + "/pause",
          "POST /v1/sales/" + known_id + "/resume"}) {
        INFO(head);
        CHECK(ask(port, head).status == 401);
        CHECK(ask(port, head + "\r\nAuthorization: Bearer user").status == 403);
    }
}
