#pragma once
/// What the strings of the contract may hold (API.md 1).
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace market::http {

struct text_rule {
    std::size_t min = 1;  ///< characters, not bytes
    std::size_t max = 1;
    bool (*shape)(std::string_view) = nullptr;  ///< a further check; null: none
    const char* shape_named = "";               ///< for the detail: "must be <this>"
    bool multiline = false;                     ///< newline and tab allowed
};

struct text_fault {
    const char* code = nullptr;  ///< length or format; null: no fault
    std::string detail{};        ///< for people
};

/// `text` is valid UTF-8. Checks control characters, then the length, then the shape.
text_fault check_text(std::string_view text, const text_rule& rule);

/// "must be one of: ..."
std::string one_of(std::span<const std::string_view> allowed);

extern const text_rule email_rule, password_rule, new_password_rule, name_rule, phone_rule,
    code_rule, token_rule;
extern const text_rule address_part_rule, zipcode_rule;
extern const text_rule title_rule, description_rule, category_rule, image_url_rule, id_rule,
    time_rule;
extern const text_rule cursor_rule, product_cursor_rule, search_rule;
extern const text_rule reason_rule, carrier_rule, notice_id_rule;

}  // namespace market::http
