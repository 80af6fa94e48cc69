#include "secrets/password.hpp"

#include <market/base/crypto.hpp>

#include <argon2.h>

#include <algorithm>
#include <array>

namespace market::user {
namespace {

// OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 passes, 1 lane.
constexpr std::uint32_t passes = 2;
constexpr std::uint32_t memory_kib = 19 * 1024;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;

constexpr std::size_t characters_min = 8;
constexpr std::size_t characters_max = 128;

// The lengths are fixed above, so nothing else can fail.
failure no_memory() { return failure{errc::overloaded, "too much work is waiting; try again"}; }

}  // namespace

result<std::string> hash_password(const std::string& password) {
    std::array<std::byte, salt_bytes> salt;
    fill_random(salt);
    const auto length =
        argon2_encodedlen(passes, memory_kib, lanes, salt_bytes, hash_bytes, Argon2_id);
    std::string encoded(length, '\0');
    const int outcome =
        argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(),
                              salt.data(), salt.size(), hash_bytes, encoded.data(), encoded.size());
    if (outcome != ARGON2_OK) return no_memory();
    encoded.resize(encoded.find('\0'));
    return encoded;
}

result<bool> is_password(const std::string& encoded, const std::string& password) {
    const int outcome = argon2id_verify(encoded.c_str(), password.data(), password.size());
    if (outcome == ARGON2_MEMORY_ALLOCATION_ERROR) return no_memory();
    return outcome == ARGON2_OK;
}

bool is_password_shape(const std::string& password) {
    const auto is_first_byte = [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    };
    const auto characters = std::count_if(password.begin(), password.end(), is_first_byte);
    const auto is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20U || c == 0x7F;
    };
    return characters >= static_cast<std::ptrdiff_t>(characters_min) &&
           characters <= static_cast<std::ptrdiff_t>(characters_max) &&
           std::none_of(password.begin(), password.end(), is_control);
}

}  // namespace market::user
