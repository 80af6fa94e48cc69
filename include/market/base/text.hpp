#pragma once
/// What more than one module asks of a text.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace market {

/// A port of a URL, 1-65535, digits only; empty: none. Boost.URL cuts a greater one to 16 bits.
inline std::optional<std::uint16_t> parse_port(std::string_view digits) {
    std::uint16_t port = 0;
    const auto* end = digits.data() + digits.size();
    const auto [last, failed] = std::from_chars(digits.data(), end, port);
    if (failed != std::errc{} || last != end || port == 0) return std::nullopt;
    return port;
}

/// ASCII's: what must not get into a line of a protocol, such as by a decoded part of a URL.
inline bool has_control_character(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

}  // namespace market
