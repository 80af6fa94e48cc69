#pragma once
/// Checks of text that more than one module needs.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace market {

/// The port of a URL: digits, 1-65535. Empty for anything else. (Boost.URL cuts a greater number
/// to 16 bits.)
inline std::optional<std::uint16_t> parse_port(std::string_view digits) {
    std::uint16_t port = 0;
    const auto* end = digits.data() + digits.size();
    const auto [last, failed] = std::from_chars(digits.data(), end, port);
    if (failed != std::errc{} || last != end || port == 0) return std::nullopt;
    return port;
}

/// ASCII control characters: they must not get into a line of a protocol, where a decoded part of
/// a URL could bring them.
inline bool has_control_character(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

}  // namespace market
