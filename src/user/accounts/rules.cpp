#include <market/user/rules.hpp>

#include <algorithm>
#include <cstddef>

namespace market::user {
namespace {

constexpr std::size_t email_length_max = 254;
constexpr std::size_t label_length_max = 63;

// <cctype> depends on the locale.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_letter_or_digit(char c) { return is_letter(c) || is_digit(c); }

bool is_local_part(std::string_view text) {
    constexpr std::string_view marks = ".!#$%&'*+/=?^_`{|}~-";
    auto allowed = [&](char c) {
        return is_letter_or_digit(c) || marks.find(c) != std::string_view::npos;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_label(std::string_view text) {
    if (text.empty() || text.size() > label_length_max) return false;
    if (text.front() == '-' || text.back() == '-') return false;
    auto allowed = [](char c) { return is_letter_or_digit(c) || c == '-'; };
    return std::all_of(text.begin(), text.end(), allowed);
}

bool is_domain(std::string_view text) {
    for (;;) {
        const auto dot = text.find('.');
        if (!is_label(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool are_digits(std::string_view text, std::size_t min, std::size_t max) {
    return text.size() >= min && text.size() <= max &&
           std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace

bool is_email(std::string_view text) {
    if (text.size() > email_length_max) return false;
    const auto at = text.find('@');
    if (at == std::string_view::npos) return false;
    return is_local_part(text.substr(0, at)) && is_domain(text.substr(at + 1));
}

bool is_phone(std::string_view text) {
    const auto first = text.find('-');
    if (first == std::string_view::npos) return false;
    const auto second = text.find('-', first + 1);
    if (second == std::string_view::npos) return false;
    return are_digits(text.substr(0, first), 2, 3) &&
           are_digits(text.substr(first + 1, second - first - 1), 3, 4) &&
           are_digits(text.substr(second + 1), 4, 4);
}

std::string fold_email(std::string_view email) {
    std::string out{email};
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

}  // namespace market::user
