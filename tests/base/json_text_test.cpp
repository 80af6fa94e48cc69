#include <market/base/json_text.hpp>

#include "support/catch.hpp"

#include <boost/json.hpp>

using namespace market;

namespace {

std::string as_json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

}  // namespace

TEST_CASE("any text is read back from its JSON string", "[base][json]") {
    std::string all;
    for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
    for (const auto& text :
         {std::string{}, all, std::string{"\"\\"}, std::string{"한글 \xF0\x9F\x8E\xAB"}})
        CHECK(boost::json::parse(as_json(text)) == boost::json::value(text));
}

TEST_CASE("quotes, backslashes and control characters are escaped, nothing else", "[base][json]") {
    CHECK(as_json("a\"b\\c\nd\x1F/한") == R"("a\"b\\c\u000ad\u001f/한")");
}

TEST_CASE("JSON text is what was appended", "[base][json]") {
    json_text text;
    text.raw("[").number(-1).raw(",").string("x").raw(",").string_or_null({}).raw(",");
    CHECK(text.string_or_null("y").raw("]").take() == R"([-1,"x",null,"y"])");
}
