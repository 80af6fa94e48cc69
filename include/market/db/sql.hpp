#pragma once
/// SQL text with values as literals, so that one statement can have many rows.
///
/// String literals in the source are SQL; everything else is a value and is quoted:
///   sql{} << "UPDATE pools SET sold = sold + " << units << " WHERE id = " << pool
/// A run-time string can therefore never become SQL text.
#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/base/money.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace market::db {

/// SQL text fixed at compile time, for named fragments.
class raw {
public:
    consteval raw(const char* text) : text_(text) {}
    std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

/// A statement under construction. Not thread-safe.
class sql {
public:
    template <std::size_t N>
    sql& operator<<(const char (&text)[N]) {
        text_.append(text, N - 1);
        return *this;
    }
    sql& operator<<(raw text) {
        text_.append(text.text());
        return *this;
    }

    template <std::integral Integer>
    sql& operator<<(Integer value) {
        text_.append(std::to_string(value));
        return *this;
    }
    sql& operator<<(bool value) {
        text_.push_back(value ? '1' : '0');
        return *this;
    }
    /// Deleted, because a pointer would become a bool. Make a `const char*` a std::string_view when
    /// it is a value, or raw when it is SQL in the source.
    template <class Pointer>
    requires std::is_pointer_v<Pointer> sql& operator<<(const Pointer&) = delete;
    /// UTF-8 without NUL; NUL throws std::invalid_argument.
    sql& operator<<(std::string_view value);
    sql& operator<<(const std::string& value) { return *this << std::string_view{value}; }
    sql& operator<<(std::span<const std::byte> value);
    sql& operator<<(money value) { return *this << value.minor_units; }
    sql& operator<<(instant value) { return *this << to_micros(value); }
    sql& operator<<(std::nullopt_t) {
        text_.append("NULL");
        return *this;
    }
    sql& operator<<(std::monostate) { return *this << std::nullopt; }
    sql& operator<<(const std::array<std::byte, 16>& value) {
        return *this << std::span<const std::byte>{value};
    }
    template <class Tag>
    sql& operator<<(const id<Tag>& value) {
        return *this << std::span<const std::byte>{value.bytes};
    }
    template <class T>
    sql& operator<<(const std::optional<T>& value) {
        if (value) return *this << *value;
        return *this << std::nullopt;
    }

    /// `(a, b, c)`; an empty list becomes `(NULL)`, which matches nothing.
    template <class Range>
    sql& list(const Range& values) {
        text_.push_back('(');
        bool first = true;
        for (const auto& value : values) {
            if (!first) text_.append(", ");
            *this << value;
            first = false;
        }
        if (first) text_.append("NULL");
        text_.push_back(')');
        return *this;
    }

    const std::string& text() const { return text_; }
    std::size_t size() const { return text_.size(); }

private:
    std::string text_;
};

}  // namespace market::db
