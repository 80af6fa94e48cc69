#include <market/base/crypto.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <limits>
#include <stdexcept>

namespace market {
namespace {

[[noreturn]] void library_failed(const char* what) {
    throw std::runtime_error(std::string{"the cryptographic library failed: "} + what);
}

const unsigned char* as_octets(std::string_view data) {
    return reinterpret_cast<const unsigned char*>(data.data());
}

constexpr std::string_view base64url_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The value of each letter of the alphabet, -1 for all else.
constexpr std::array<signed char, 256> base64url_values = [] {
    std::array<signed char, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < base64url_letters.size(); ++i) {
        values[static_cast<unsigned char>(base64url_letters[i])] = static_cast<signed char>(i);
    }
    return values;
}();

}  // namespace

void fill_random(std::span<std::byte> out) {
    if (out.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        library_failed("too many random bytes at once");
    }
    auto* octets = reinterpret_cast<unsigned char*>(out.data());
    if (RAND_bytes(octets, static_cast<int>(out.size())) != 1) library_failed("random bytes");
}

digest256 sha256(std::string_view data) {
    digest256 out;
    auto* octets = reinterpret_cast<unsigned char*>(out.data());
    if (EVP_Digest(data.data(), data.size(), octets, nullptr, EVP_sha256(), nullptr) != 1) {
        library_failed("SHA-256");
    }
    return out;
}

digest256 hmac_sha256(std::string_view key, std::string_view data) {
    digest256 out;
    auto* octets = reinterpret_cast<unsigned char*>(out.data());
    // A null key would mean "the key of the call before" to the library.
    const void* key_octets = key.empty() ? "" : static_cast<const void*>(key.data());
    if (!HMAC(EVP_sha256(), key_octets, static_cast<int>(key.size()), as_octets(data), data.size(),
              octets, nullptr)) {
        library_failed("HMAC");
    }
    return out;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string to_hex(std::span<const std::byte> bytes) {
    static constexpr char letters[] = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        out.push_back(letters[std::to_integer<unsigned>(byte) >> 4]);
        out.push_back(letters[std::to_integer<unsigned>(byte) & 15U]);
    }
    return out;
}

std::string to_base64url(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    unsigned bits = 0;
    int waiting = 0;
    for (const char c : bytes) {
        bits = (bits << 8 | static_cast<unsigned char>(c)) & 0xFFFFU;
        for (waiting += 8; waiting >= 6; waiting -= 6) {
            out.push_back(base64url_letters[bits >> (waiting - 6) & 63U]);
        }
    }
    if (waiting > 0) out.push_back(base64url_letters[bits << (6 - waiting) & 63U]);
    return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() * 3 / 4);
    unsigned bits = 0;
    int waiting = 0;
    for (const char c : text) {
        const int value = base64url_values[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        bits = (bits << 6 | static_cast<unsigned>(value)) & 0xFFFFU;
        waiting += 6;
        if (waiting >= 8) {
            waiting -= 8;
            out.push_back(static_cast<char>(bits >> waiting & 0xFFU));
        }
    }
    // One value has one text: what is left over must be zero.
    if ((bits & ((1U << waiting) - 1U)) != 0) return std::nullopt;
    return out;
}

}  // namespace market
