#include "support/catch.hpp"

#include "input/media_type.hpp"
#include "input/strict_json.hpp"

#include <string>

using namespace market;
using namespace market::http;

namespace {

bool is_malformed(std::string_view text) {
    const auto parsed = parse_strict_json(text);
    return !parsed && parsed.error().code == errc::malformed_body;
}

/// The pointer of the repeated member.
std::string repeated_in(std::string_view text) {
    const auto parsed = parse_strict_json(text);
    REQUIRE_FALSE(parsed.has_value());
    REQUIRE(parsed.error().culprits.size() == 1);
    CHECK(parsed.error().culprits[0].code == "duplicate");
    return parsed.error().culprits[0].at;
}

}  // namespace

TEST_CASE("what is not JSON is refused", "[http][json]") {
    for (const std::string text : {"",
                                   " ",
                                   "{",
                                   "{\"a\":}",
                                   "{\"a\":1,}",
                                   "[1,]",
                                   "{} x",
                                   "{}{}",
                                   "nul",
                                   "NaN",
                                   "Infinity",
                                   "{'a':1}",
                                   "{a:1}",
                                   "01",
                                   "+1",
                                   ".5",
                                   "1.",
                                   "// c\n1",
                                   "\xEF\xBB\xBF{}",
                                   "\"a\nb\"",
                                   "\"\\x\"",
                                   "\"\\ud800\"",
                                   "\"\\udc00\\ud800\""}) {
        INFO(text);
        CHECK(is_malformed(text));
    }
    CHECK(is_malformed(std::string_view("{}\0", 3)));
}

TEST_CASE("bytes that are not UTF-8 are refused", "[http][json]") {
    for (const std::string bytes :
         {"\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\x80"}) {
        CHECK(is_malformed("\"" + bytes + "\""));
        CHECK(is_malformed("{\"" + bytes + "\":1}"));
    }
}

TEST_CASE("32 levels are read, 33 are refused", "[http][json]") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    CHECK(parse_strict_json(nested(32)).has_value());
    CHECK(is_malformed(nested(33)));
    CHECK(is_malformed(nested(30'000)));
}

TEST_CASE("a repeated member is named by its pointer", "[http][json]") {
    CHECK(repeated_in(R"({"a":1,"a":1})") == "/a");
    CHECK(repeated_in(R"({"a":1,"\u0061":2})") == "/a");
    CHECK(repeated_in(R"({"x":[0,{"y":{}},{"b":1,"c":[1,2],"b":2}]})") == "/x/2/b");
    CHECK(repeated_in(R"({"m/n":{"~":1,"~":2}})") == "/m~1n/~0");
    CHECK(repeated_in(R"({"":1,"":2})") == "/");
    CHECK(parse_strict_json(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]})").has_value());
}

TEST_CASE("only integers are integers", "[http][json]") {
    CHECK(parse_strict_json("7")->is_int64());
    CHECK(parse_strict_json("-7")->is_int64());
    CHECK(parse_strict_json("1.0")->is_double());
    CHECK(parse_strict_json("1e2")->is_double());
    CHECK(parse_strict_json("1e400")->is_double());
    // Too large for any range, and still integers: out of range, not of another type.
    for (const auto* text :
         {"9223372036854775808", "100000000000000000000000000", "-9223372036854775809"}) {
        INFO(text);
        CHECK(parse_strict_json(text)->is_uint64());
    }
}

TEST_CASE("a form becomes an object of strings", "[http][json]") {
    const auto read = parse_form("email=a%40b.example&name=A+B%2BC&token=");
    REQUIRE(read.has_value());
    CHECK(read->at("email").as_string() == "a@b.example");
    CHECK(read->at("name").as_string() == "A B+C");
    CHECK(read->at("token").as_string().empty());
    CHECK(parse_form("a=1&a=2").error().code == errc::malformed_body);
    CHECK(parse_form("a=%FF").error().code == errc::malformed_body);
    CHECK(parse_form("a=%").error().code == errc::malformed_body);
}

TEST_CASE("JSON in UTF-8 is the only JSON", "[http][json]") {
    CHECK(is_json("application/json"));
    CHECK(is_json("Application/JSON; charset=UTF-8"));
    CHECK(is_json("application/json;charset=\"utf-8\""));
    for (const auto* type : {"", "text/json", "application/jsonx",
                             "application/json; charset=latin1", "application/json; version=1",
                             "application/json, text/plain", "application/problem+json"}) {
        INFO(type);
        CHECK_FALSE(is_json(type));
    }
}
