#include "sessions/flat_object.hpp"

#include <charconv>
#include <system_error>

namespace market::user {
namespace {

void skip_space(std::string_view& rest) {
    const auto end = rest.find_first_not_of(" \t\r\n");
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
}

/// Takes `token` if it comes next, after white space.
bool take(std::string_view& rest, char token) {
    skip_space(rest);
    if (rest.empty() || rest.front() != token) return false;
    rest.remove_prefix(1);
    return true;
}

/// `rest` begins after the opening quote.
std::optional<std::string_view> take_text(std::string_view& rest) {
    for (std::size_t i = 0; i < rest.size(); ++i) {
        const char c = rest[i];
        if (c == '"') {
            const auto text = rest.substr(0, i);
            rest.remove_prefix(i + 1);
            return text;
        }
        if (c == '\\' || c < ' ' || c > '~') return std::nullopt;
    }
    return std::nullopt;
}

/// A fraction or an exponent stays in `rest`: the caller then finds neither a comma nor a brace.
std::optional<std::int64_t> take_integer(std::string_view& rest) {
    const auto digits = rest.substr(rest.starts_with('-') ? 1 : 0);
    if (digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9')
        return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc{}) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return value;
}

}  // namespace

std::optional<flat_object> flat_object::read(std::string_view text) {
    flat_object out;
    if (!take(text, '{')) return std::nullopt;
    if (!take(text, '}')) {
        do {
            if (!out.read_member(text)) return std::nullopt;
        } while (take(text, ','));
        if (!take(text, '}')) return std::nullopt;
    }
    skip_space(text);
    if (!text.empty()) return std::nullopt;
    return out;
}

bool flat_object::read_member(std::string_view& rest) {
    if (size_ == members_max || !take(rest, '"')) return false;
    const auto name = take_text(rest);
    if (!name || find(*name) || !take(rest, ':')) return false;
    member& next = members_[size_];
    next.name = *name;
    if (take(rest, '"')) {
        const auto value = take_text(rest);
        if (!value) return false;
        next.value = *value;
    } else {
        const auto value = take_integer(rest);
        if (!value) return false;
        next.value = *value;
    }
    ++size_;
    return true;
}

const flat_object::member* flat_object::find(std::string_view name) const {
    for (std::size_t i = 0; i < size_; ++i) {
        if (members_[i].name == name) return &members_[i];
    }
    return nullptr;
}

std::optional<std::string_view> flat_object::text(std::string_view name) const {
    const member* match = find(name);
    const auto* value = match ? std::get_if<std::string_view>(&match->value) : nullptr;
    if (!value) return std::nullopt;
    return *value;
}

std::optional<std::int64_t> flat_object::integer(std::string_view name) const {
    const member* match = find(name);
    const auto* value = match ? std::get_if<std::int64_t>(&match->value) : nullptr;
    if (!value) return std::nullopt;
    return *value;
}

}  // namespace market::user
