#include "support/catch.hpp"

#include "dispatch/route.hpp"
#include "dispatch/trace.hpp"
#include "documents/embedded.hpp"
#include "message/html.hpp"
#include "message/problem.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace market;
using namespace market::http;

namespace {

route_match find(std::string_view method, std::string_view path) {
    return find_route(public_routes(), method, path);
}

std::string pattern_of(std::string_view method, std::string_view path) {
    const auto found = find(method, path);
    return found.route ? std::string(found.route->pattern) : "";
}

}  // namespace

TEST_CASE("a path leads to its route", "[http][routing]") {
    CHECK(pattern_of("GET", "/v1/sales/abc/stock") == "/v1/sales/{id}/stock");
    CHECK(find("GET", "/v1/sales/a%62c").argument == "abc");
    CHECK(pattern_of("GET", "/v1/s%61les") == "/v1/sales");
    CHECK(pattern_of("HEAD", "/livez") == "/livez");
    for (const auto* path :
         {"/", "/v1", "/v1/sales/", "//v1/sales", "/v1/sales//stock", "/V1/sales", "/v1/sales/a/b",
          "/v1/sales/a/stock/", "/livez/x", "", "livez"}) {
        INFO(path);
        const auto found = find("GET", path);
        CHECK_FALSE(found.route);
        CHECK(found.allowed_methods.empty());
    }
}

TEST_CASE("a path with other methods tells them", "[http][routing]") {
    CHECK(find("DELETE", "/v1/orders").allowed_methods == "POST, GET, HEAD, OPTIONS");
    CHECK(find("GET", "/v1/auth/login").allowed_methods == "POST, OPTIONS");
    CHECK(find("HEAD", "/v1/auth/login").allowed_methods == "POST, OPTIONS");
    CHECK_FALSE(find("OPTIONS", "/livez").route);
    CHECK(find("OPTIONS", "/livez").allowed_methods == "GET, HEAD, OPTIONS");
}

TEST_CASE("method tokens count by case", "[http][routing]") {
    CHECK(is_known_method("PATCH"));
    CHECK(is_known_method("TRACE"));
    for (const auto* method : {"get", "BREW", "CONNECT", ""}) CHECK_FALSE(is_known_method(method));
}

TEST_CASE("the OpenAPI document describes exactly the routes", "[http][routing]") {
    std::set<std::string> routes, described;
    for (const auto& one : public_routes()) {
        std::string method(one.method);
        std::transform(method.begin(), method.end(), method.begin(),
                       [](char c) { return static_cast<char>(c | 0x20); });
        routes.insert(method + " " + std::string(one.pattern));
    }
    const auto document = boost::json::parse({openapi_json.data(), openapi_json.size()});
    CHECK(document.at("openapi").as_string() == "3.1.0");
    for (const auto& path : document.at("paths").as_object()) {
        for (const auto& method : path.value().as_object()) {
            described.insert(std::string(method.key()) + " " + std::string(path.key()));
        }
    }
    CHECK(routes == described);
}

TEST_CASE("the OpenAPI document tells who may call", "[http][routing]") {
    const auto document = boost::json::parse({openapi_json.data(), openapi_json.size()});
    for (const auto& one : public_routes()) {
        std::string method(one.method);
        std::transform(method.begin(), method.end(), method.begin(),
                       [](char c) { return static_cast<char>(c | 0x20); });
        const auto& call = document.at("paths").at(one.pattern).at(method).as_object();
        INFO(one.pattern);
        const auto* role = call.if_contains("x-role");
        const std::string who = role ? std::string(role->as_string()) : "";
        CHECK(who == (one.caller == access::admin  ? "admin"
                      : one.caller == access::user ? "user"
                                                   : ""));
        CHECK(call.contains("security") == (one.caller != access::anonymous));
        CHECK(call.contains("requestBody") == (one.body != body_kind::none));
    }
}

TEST_CASE("every reference of the OpenAPI document is there", "[http][routing]") {
    const auto document = boost::json::parse({openapi_json.data(), openapi_json.size()});
    const std::string_view prefix = "\"#/components/schemas/";
    std::size_t count = 0;
    for (auto at = openapi_json.find(prefix); at != std::string_view::npos;
         at = openapi_json.find(prefix, at + 1)) {
        const auto from = at + prefix.size();
        const auto name = openapi_json.substr(from, openapi_json.find('"', from) - from);
        INFO(name);
        CHECK(document.at("components").at("schemas").as_object().contains(name));
        ++count;
    }
    CHECK(count > 50);
}

TEST_CASE("each cause has one status, and its name leads back to it", "[http][problem]") {
    for (int value = 0; value <= static_cast<int>(errc::internal); ++value) {
        const auto code = static_cast<errc>(value);
        INFO(to_string(code));
        CHECK(kind_of(code).status >= 400);
        CHECK_FALSE(kind_of(code).title.empty());
        CHECK(cause_named(to_string(code)) == code);
    }
    CHECK(kind_of(errc::sold_out).status == 409);
    CHECK(kind_of(errc::idempotency_key_reused).status == 422);
    CHECK_FALSE(cause_named("no_such_cause"));
}

TEST_CASE("a problem document holds its facts and culprits", "[http][problem]") {
    failure refused{errc::purchase_limit, "say \"no\""};
    refused.facts = {{"limit", std::int64_t{2}}, {"opens_at", std::string("now")}};
    refused.culprits = {{culprit::place::pointer, "/lines/0", "range", "d"}};
    const auto document = boost::json::parse(problem_reply(refused, "r-1").body);
    const auto expected = boost::json::parse(
        R"({"type":"/problems/purchase_limit","status":409,"code":"purchase_limit",)"
        R"("title":"The purchase limit of the sale is reached","detail":"say \"no\"",)"
        R"("request_id":"r-1","limit":2,"opens_at":"now",)"
        R"("errors":[{"pointer":"/lines/0","code":"range","detail":"d"}]})");
    CHECK(document == expected);
}

TEST_CASE("503 and 429 tell when to come back, 401 how to log in", "[http][problem]") {
    const auto header = [](const failure& refused, std::string_view name) {
        for (const auto& [key, value] : problem_reply(refused, "r").headers) {
            if (key == name) return value;
        }
        return std::string();
    };
    failure busy{errc::overloaded, ""};
    busy.retry_after = std::chrono::seconds(7);
    CHECK(header(busy, "Retry-After") == "7");
    CHECK(header({errc::rate_limited, ""}, "Retry-After") == "1");
    CHECK(header({errc::sold_out, ""}, "Retry-After").empty());
    CHECK(header({errc::unauthenticated, ""}, "WWW-Authenticate") == "Bearer");
}

TEST_CASE("a client's ids are taken when they are well-formed", "[http][trace]") {
    CHECK(accept_request_id("A.b_c-9") == "A.b_c-9");
    CHECK(accept_request_id(std::string(64, 'x')) == std::string(64, 'x'));
    for (const std::string& sent : {std::string(), std::string(65, 'x'), std::string("a b"),
                                    std::string("a\"b"), std::string("\xC3\xA9")}) {
        const auto made = accept_request_id(sent);
        CHECK(made != sent);
        CHECK(accept_request_id(made) == made);
    }
    CHECK(accept_request_id("") != accept_request_id(""));

    const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const std::string upper = "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01";
    CHECK(accept_traceparent(good) == good);
    for (const std::string& sent : {std::string(), "01" + good.substr(2), good + "-x",
                                    "00-" + std::string(32, '0') + good.substr(35),
                                    good.substr(0, 36) + std::string(16, '0') + "-01", upper}) {
        INFO(sent);
        const auto made = accept_traceparent(sent);
        CHECK(made != sent);
        CHECK(accept_traceparent(made) == made);
    }
}

TEST_CASE("what a page shows is text, never markup", "[http][html]") {
    CHECK(escape_html("<a href=\"x\">&'</a>") ==
          "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
}
