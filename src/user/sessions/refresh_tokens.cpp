#include "sessions/refresh_tokens.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace market::user {
namespace {

// session (16), generation (8, big endian), random (16), HMAC (32)
constexpr std::size_t session_bytes = 16;
constexpr std::size_t generation_bytes = 8;
constexpr std::size_t random_bytes = 16;
constexpr std::size_t mac_bytes = 32;
constexpr std::size_t signed_bytes = session_bytes + generation_bytes + random_bytes;
constexpr std::size_t token_length = (signed_bytes + mac_bytes) * 4 / 3;
static_assert((signed_bytes + mac_bytes) % 3 == 0);

void append_big_endian(std::string& out, std::int64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

std::int64_t read_big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
}

digest256 derive_key(const signing_keys::key& from) {
    return hmac_sha256(from.secret, "market refresh token key");
}

}  // namespace

refresh_tokens::refresh_tokens(const signing_keys& keys) {
    for (const auto& key : keys.all()) keys_.push_back(derive_key(key));
}

std::string refresh_tokens::make(const refresh_claim& claim) const {
    std::string token{as_chars(claim.session.bytes)};
    append_big_endian(token, claim.generation);
    std::array<std::byte, random_bytes> random;
    fill_random(random);
    token += as_chars(random);
    token += as_chars(hmac_sha256(as_chars(keys_.front()), token));
    return to_base64url(token);
}

std::optional<refresh_claim> refresh_tokens::read(std::string_view token) const {
    if (token.size() != token_length) return std::nullopt;
    const auto decoded = from_base64url(token);
    if (!decoded) return std::nullopt;
    const auto content = std::string_view{*decoded}.substr(0, signed_bytes);
    const auto mac = std::string_view{*decoded}.substr(signed_bytes);
    const auto matches = [&](const digest256& key) {
        return equal_in_constant_time(as_chars(hmac_sha256(as_chars(key), content)), mac);
    };
    if (std::none_of(keys_.begin(), keys_.end(), matches)) return std::nullopt;
    refresh_claim out;
    std::memcpy(out.session.bytes.data(), content.data(), session_bytes);
    out.generation = read_big_endian(content.substr(session_bytes, generation_bytes));
    return out;
}

}  // namespace market::user
