#include "support/catch.hpp"

#include "input/idempotency_key.hpp"
#include "input/object_reader.hpp"
#include "input/query_reader.hpp"
#include "input/strict_json.hpp"

#include <functional>
#include <string>

using namespace market;
using namespace market::http;

namespace {

/// "code at" of each culprit, joined by commas.
std::string told(const input_errors& errors) {
    std::string out;
    const auto refused = errors.refusal();
    if (!refused) return out;
    CHECK(refused->code == errc::validation_failed);
    for (const auto& one : refused->culprits) {
        if (!out.empty()) out += ", ";
        out += one.code + " " + one.at;
    }
    return out;
}

std::string faults_of(std::string_view text, const std::function<void(object_reader&)>& read) {
    const auto value = parse_strict_json(text).value();
    input_errors errors;
    object_reader in(value, "", errors);
    read(in);
    in.finish();
    return told(errors);
}

std::string faults_of_text(std::string_view json_string, const text_rule& rule) {
    return faults_of("{\"m\":" + std::string(json_string) + "}",
                     [&](object_reader& in) { in.text("m", rule); });
}

std::string quoted(std::size_t count, std::string_view character) {
    std::string out = "\"";
    while (count-- > 0) out += character;
    return out + "\"";
}

std::string faults_of_query(std::string_view query,
                            const std::function<void(query_reader&)>& read) {
    input_errors errors;
    query_reader in(query, errors);
    read(in);
    in.finish();
    return told(errors);
}

}  // namespace

TEST_CASE("all culprits of a body are told at once", "[http][reading]") {
    const auto faults =
        faults_of(R"({"b":"7","c":0,"d":"x","more":1,"m/o~re":2})", [](object_reader& in) {
            in.text("a", name_rule);
            in.integer("b", 1, 9);
            in.integer("c", 1, 9);
            in.id<sale_id>("d");
        });
    CHECK(faults == "required /a, type /b, range /c, format /d, unknown /more, unknown /m~1o~0re");
}

TEST_CASE("a body that is no object is one culprit at its root", "[http][reading]") {
    for (const auto* text : {"[]", "1", "\"a\"", "null"}) {
        CHECK(faults_of(text, [](object_reader& in) {
                  in.text("a", name_rule);
                  in.price("p", "KRW");
                  in.array("l", 3);
              }) == "type ");
    }
}

TEST_CASE("only JSON integers within the range are numbers", "[http][reading]") {
    const auto number = [](const char* text) {
        return faults_of("{\"n\":" + std::string(text) + "}",
                         [](object_reader& in) { in.integer("n", 1, 1'000); });
    };
    for (const auto* text : {"1", "1000"}) CHECK(number(text).empty());
    for (const auto* text : {"1.0", "1e2", "\"1\"", "true", "null", "[]", "{}", "1e400"})
        CHECK(number(text) == "type /n");
    for (const auto* text : {"0", "1001", "-1", "9223372036854775808", "-99999999999999999999"}) {
        CHECK(number(text) == "range /n");
    }
}

TEST_CASE("lengths are counted in characters", "[http][reading]") {
    CHECK(faults_of_text(quoted(100, "\xEA\xB0\x80"), name_rule).empty());
    CHECK(faults_of_text(quoted(101, "\xEA\xB0\x80"), name_rule) == "length /m");
    CHECK(faults_of_text("\"\"", name_rule) == "length /m");
    CHECK(faults_of_text(quoted(128, "\xF0\x9F\x8E\x81"), password_rule).empty());
    CHECK(faults_of_text(quoted(7, "x"), password_rule) == "length /m");
    CHECK(faults_of_text(quoted(10'000, "x"), description_rule).empty());
    CHECK(faults_of_text(quoted(10'001, "x"), description_rule) == "length /m");
    CHECK(faults_of_text("\"\"", description_rule).empty());
}

TEST_CASE("control characters are refused, but for newline and tab in a description",
          "[http][reading]") {
    for (const auto* text :
         {"\"a\\u0000\"", "\"a\\n\"", "\"a\\t\"", "\"a\\u007f\"", "\"a\\u0085\"", "\"a\\u009f\""}) {
        INFO(text);
        CHECK(faults_of_text(text, name_rule) == "format /m");
    }
    CHECK(faults_of_text("\"a\\n\\tb\"", description_rule).empty());
    CHECK(faults_of_text("\"a\\r\"", description_rule) == "format /m");
    CHECK(faults_of_text("\"a\\u00a0\"", name_rule).empty());
}

TEST_CASE("strings of a form are refused in any other", "[http][reading]") {
    CHECK(faults_of_text("\"a@b.example\"", email_rule).empty());
    for (const auto* text : {"\"a\"", "\"a@\"", "\"@b\"", "\"a b@c.example\"", "\"a@b@c\""}) {
        CHECK(faults_of_text(text, email_rule) == "format /m");
    }
    CHECK(faults_of_text("\"010-1234-5678\"", phone_rule).empty());
    CHECK(faults_of_text("\"01012345678\"", phone_rule) == "format /m");
    CHECK(faults_of_text("\"123456\"", code_rule).empty());
    for (const auto* text : {"\"12345\"", "\"1234567\"", "\"12345x\"", "\"\""}) {
        CHECK(faults_of_text(text, code_rule) == "format /m");
    }
    CHECK(faults_of_text("\"https://shop.example/a.png\"", image_url_rule).empty());
    CHECK(faults_of_text("\"https://shop.example/a.svg#icon\"", image_url_rule).empty());
    for (const auto* text :
         {"\"ftp://a/b\"", "\"javascript:alert(1)\"", "\"/a.png\"", "\"http://\"", "\"http:a\""}) {
        CHECK(faults_of_text(text, image_url_rule) == "format /m");
    }
    const auto time = [](object_reader& in) { in.time("m"); };
    CHECK(faults_of(R"({"m":"2026-11-23T09:00:00+09:00"})", time).empty());
    CHECK(faults_of(R"({"m":"2026-11-23"})", time) == "format /m");
    CHECK(faults_of(R"({"m":1})", time) == "type /m");
}

TEST_CASE("money and addresses are read whole, faults at their own pointers", "[http][reading]") {
    const auto price = [](object_reader& in) { in.price("price", "KRW"); };
    CHECK(faults_of(R"({"price":{"amount":1000000000000,"currency":"KRW"}})", price).empty());
    CHECK(faults_of(R"({"price":{"amount":1000000000001,"currency":"USD","x":1}})", price) ==
          "range /price/amount, enum /price/currency, unknown /price/x");
    CHECK(faults_of(R"({"price":{"amount":-1}})", price) ==
          "range /price/amount, required /price/currency");
    CHECK(faults_of(R"({"price":5})", price) == "type /price");
    const auto address = [](object_reader& in) { in.optional_address("address"); };
    CHECK(faults_of("{}", address).empty());
    CHECK(faults_of(R"({"address":null})", address) == "type /address");
    CHECK(faults_of(R"({"address":{"state":"","city":"c","zipcode":"123456789012345678901"}})",
                    address) ==
          "length /address/state, length /address/zipcode, required /address/street");
}

TEST_CASE("an array holds 1 to its most", "[http][reading]") {
    const auto lines = [](object_reader& in) { in.array("l", 2); };
    CHECK(faults_of(R"({"l":[1,2]})", lines).empty());
    CHECK(faults_of(R"({"l":[]})", lines) == "length /l");
    CHECK(faults_of(R"({"l":[1,2,3]})", lines) == "length /l");
    CHECK(faults_of(R"({"l":{}})", lines) == "type /l");
}

TEST_CASE("query parameters are checked like members", "[http][reading]") {
    const auto page = [](query_reader& in) { in.page(); };
    for (const auto* query :
         {"", "limit=1", "limit=100&cursor=AAAAAAAAAAAAAAAAAAAAAA", "%6Cimit=5"})
        CHECK(faults_of_query(query, page).empty());
    for (const auto* query : {"limit=0", "limit=101", "limit=-1", "limit=99999999999999999999"}) {
        CHECK(faults_of_query(query, page) == "range limit");
    }
    for (const auto* query :
         {"limit=", "limit", "limit=1.0", "limit=abc", "limit=5x", "limit=%205"}) {
        CHECK(faults_of_query(query, page) == "type limit");
    }
    CHECK(faults_of_query("limit=1&limit=1", page) == "duplicate limit");
    CHECK(faults_of_query("limt=1&Limit=2&=3", page) == "unknown limt, unknown Limit, unknown ");
    for (const auto* query : {"&", "&&", "&limit=5&&"}) {
        CHECK(faults_of_query(query, page).empty());
    }
    CHECK(faults_of_query("cursor=", page) == "length cursor");
    CHECK(faults_of_query("cursor=abc&limit=0&x=1", page) ==
          "range limit, format cursor, unknown x");
    CHECK(faults_of_query("cursor=%00", page) == "format cursor");
    CHECK(faults_of_query("id=x", [](query_reader& in) { in.id<sale_id>("id"); }) == "format id");
    const std::array<std::string_view, 2> states{"open", "ended"};
    CHECK(faults_of_query("s=Open", [&](query_reader& in) { in.choice("s", states); }) == "enum s");
    CHECK(faults_of_query("s=ended", [&](query_reader& in) {
              CHECK(in.choice("s", states) == 1U);
          }).empty());
}

TEST_CASE("the next page keeps the other parameters", "[http][reading]") {
    CHECK(next_page_target("/v1/sales", "status=open&limit=2", "c-1") ==
          "/v1/sales?status=open&limit=2&cursor=c-1");
    CHECK(next_page_target("/v1/sales", "cursor=c-1&limit=2", "c-2") ==
          "/v1/sales?cursor=c-2&limit=2");
    CHECK(next_page_target("/v1/sales", "", "c") == "/v1/sales?cursor=c");
}

TEST_CASE("an Idempotency-Key is 1 to 255 visible ASCII characters, quotes or not",
          "[http][reading]") {
    const auto key = [](std::vector<std::string> sent) {
        input_errors errors;
        const auto read = read_idempotency_key(sent, errors);
        return read ? *read : told(errors);
    };
    CHECK(key({}).empty());
    CHECK(key({"k"}) == "k");
    CHECK(key({"\"k\""}) == "k");
    CHECK(key({"\""}) == "\"");
    CHECK(key({std::string(255, 'k')}).size() == 255);
    CHECK(key({"\"" + std::string(255, 'k') + "\""}).size() == 255);
    CHECK(key({std::string(256, 'k')}) == "length Idempotency-Key");
    CHECK(key({""}) == "length Idempotency-Key");
    CHECK(key({"\"\""}) == "length Idempotency-Key");
    CHECK(key({"a b"}) == "format Idempotency-Key");
    CHECK(key({"caf\xC3\xA9"}) == "format Idempotency-Key");
    CHECK(key({"k", "k"}) == "duplicate Idempotency-Key");
}
