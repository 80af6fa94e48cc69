#include "input/media_type.hpp"

#include "input/strict_json.hpp"
#include "message/head.hpp"

#include <market/base/json_text.hpp>

#include <boost/url/parse_query.hpp>

#include <string>

namespace market::http {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

/// Is it `type`, with no parameter other than `charset=utf-8`?
bool is_type(std::string_view content_type, std::string_view type) {
    const auto end = content_type.find(';');
    if (!same_without_case(trimmed(content_type.substr(0, end)), type)) return false;
    if (end == std::string_view::npos) return true;
    const auto parameter = trimmed(content_type.substr(end + 1));
    return same_without_case(parameter, "charset=utf-8") ||
           same_without_case(parameter, "charset=\"utf-8\"");
}

}  // namespace

bool is_json(std::string_view content_type) { return is_type(content_type, "application/json"); }

bool is_form(std::string_view content_type) {
    return is_type(content_type, "application/x-www-form-urlencoded");
}

result<boost::json::value> parse_form(std::string_view body) {
    const auto parsed = boost::urls::parse_query(body);
    if (!parsed) return failure{errc::malformed_body, "the body is not a well-formed form"};
    boost::urls::encoding_opts options;
    options.space_as_plus = true;
    // Goes through JSON text, so that its rules (UTF-8, no repeated member) hold for forms too.
    std::string text = "{";
    for (const auto& field : *parsed) {
        if (text.size() > 1) text += ',';
        append_json_string(text, field.key.decode(options));
        text += ':';
        append_json_string(text, field.value.decode(options));
    }
    return parse_strict_json(text + "}");
}

}  // namespace market::http
