#pragma once
/// What the URLs of the configuration have in common.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace market {

/// 1-65535, digits only; empty: no port. Boost.URL cuts a greater one to 16 bits.
inline std::optional<std::uint16_t> parse_port(std::string_view digits) {
    std::uint16_t port = 0;
    const auto* end = digits.data() + digits.size();
    const auto [last, failed] = std::from_chars(digits.data(), end, port);
    if (failed != std::errc{} || last != end || port == 0) return std::nullopt;
    return port;
}

/// ASCII's: what a decoded part must not bring into a command or a protocol.
inline bool has_control_character(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

}  // namespace market
