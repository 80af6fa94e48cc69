#pragma once
/// A flat JSON object of strings and integers: the header or the claims of a token. Boost.JSON
/// would allocate, and keep the last of two members of one name; this parser refuses the second.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace market::user {

/// Points into the text it was read from.
class flat_object {
public:
    /// Empty unless `text` is exactly one object, whose values are strings of printable ASCII
    /// without escapes or 64-bit integers, whose names differ, and which has at most 16 members.
    static std::optional<flat_object> read(std::string_view text);

    bool has(std::string_view name) const { return find(name) != nullptr; }
    std::size_t size() const { return size_; }
    /// Empty when missing or of the other type.
    std::optional<std::string_view> text(std::string_view name) const;
    std::optional<std::int64_t> integer(std::string_view name) const;

private:
    static constexpr std::size_t members_max = 16;
    struct member {
        std::string_view name;
        std::variant<std::string_view, std::int64_t> value;
    };

    const member* find(std::string_view name) const;
    bool read_member(std::string_view& rest);

    std::array<member, members_max> members_{};
    std::size_t size_ = 0;
};

}  // namespace market::user
