#pragma once
/// Typed wrappers of OpenSSL. All are thread-safe and throw std::runtime_error when it fails.
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace market {

using digest256 = std::array<std::byte, 32>;

void fill_random(std::span<std::byte> out);
digest256 sha256(std::string_view data);
digest256 hmac_sha256(std::string_view key, std::string_view data);
/// The time it takes depends on the lengths alone, not on the contents.
bool equal_in_constant_time(std::string_view left, std::string_view right);

/// Lower case.
std::string to_hex(std::span<const std::byte> bytes);
/// RFC 4648 section 5 without padding.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

/// The bytes as characters, for the functions above.
inline std::string_view as_chars(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace market
