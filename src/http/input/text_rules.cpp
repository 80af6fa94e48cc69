#include "input/text_rules.hpp"

#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/base/page.hpp>
#include <market/user/rules.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace market::http {
namespace {

/// Counts code points: every byte that does not continue one.
std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

/// U+0000-001F, 007F-009F (Unicode category Cc; the last 32 are C2 80 to C2 9F in UTF-8).
bool has_control(std::string_view text, bool multiline) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (multiline && (c == '\n' || c == '\t')) continue;
        if (c < 0x20 || c == 0x7F) return true;
        if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
            return true;
    }
    return false;
}

bool is_code(std::string_view text) {
    return text.size() == 6 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_uncommon(std::string_view text) { return !user::is_common_password(text); }

bool is_id(std::string_view text) { return parse_id<product_id>(text).has_value(); }

bool is_cursor(std::string_view text) { return read_cursor(text).has_value(); }

bool is_time(std::string_view text) { return parse_rfc3339(text).has_value(); }

bool is_web_url(std::string_view text) {
    const auto url = boost::urls::parse_uri(text);
    if (!url || url->encoded_host().empty()) return false;
    return url->scheme_id() == boost::urls::scheme::http ||
           url->scheme_id() == boost::urls::scheme::https;
}

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

constexpr std::size_t any_length = 64 * 1024;  // that of a body; the shape decides

}  // namespace

const text_rule email_rule{1, 254, user::is_email, "an e-mail address"};
const text_rule password_rule{8, 128};
const text_rule new_password_rule{8, 128, is_uncommon, "not one of the common passwords"};
const text_rule name_rule{1, 100};
const text_rule phone_rule{0, any_length, user::is_phone, "a phone number like 010-1234-5678"};
const text_rule code_rule{0, any_length, is_code, "a code of 6 digits"};
const text_rule token_rule{1, 1'000};
const text_rule address_part_rule{1, 200};
const text_rule zipcode_rule{1, 20};
const text_rule title_rule{1, 200};
const text_rule description_rule{0, 10'000, nullptr, "", true};
const text_rule category_rule{1, 100};
const text_rule image_url_rule{1, 2'000, is_web_url, "an http or https URL"};
const text_rule id_rule{0, any_length, is_id, "a UUID"};
const text_rule time_rule{0, any_length, is_time, "an RFC 3339 time"};
const text_rule product_cursor_rule{1, 2'000};  // the catalog checks its shape
const text_rule search_rule{0, 200};
const text_rule reason_rule{1, 500};
const text_rule cursor_rule{1, 1'000, is_cursor, "a cursor that a list gave"};
const text_rule carrier_rule{1, 100};
const text_rule notice_id_rule{1, 200, is_visible, "visible ASCII"};

text_fault check_text(std::string_view text, const text_rule& rule) {
    if (has_control(text, rule.multiline)) return {"format", "holds a control character"};
    const auto length = characters_of(text);
    if (length < rule.min || length > rule.max) {
        return {"length", "must have " + std::to_string(rule.min) + " to " +
                              std::to_string(rule.max) + " characters"};
    }
    if (rule.shape && !rule.shape(text)) {
        return {"format", std::string("must be ") + rule.shape_named};
    }
    return {};
}

std::string one_of(std::span<const std::string_view> allowed) {
    std::string detail = "must be one of:";
    for (const auto one : allowed) detail.append(" ").append(one);
    return detail;
}

}  // namespace market::http
