#include <market/base/crypto.hpp>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstring>
#include <limits>
#include <memory>
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

/// The value of each character of the alphabet; -1 for all others.
constexpr std::array<signed char, 256> base64url_values = [] {
    std::array<signed char, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < base64url_letters.size(); ++i) {
        values[static_cast<unsigned char>(base64url_letters[i])] = static_cast<signed char>(i);
    }
    return values;
}();

// OpenSSL 3 looks up an algorithm by name at each use, under a lock. That costs more than hashing
// what a request contains, so it is done once, and each thread keeps its contexts.
const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (!fetched) library_failed("SHA-256");
    return fetched;
}

struct mac_freed {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using mac_context = std::unique_ptr<EVP_MAC_CTX, mac_freed>;

mac_context make_hmac_sha256() {
    static EVP_MAC* const fetched = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    mac_context made{fetched ? EVP_MAC_CTX_new(fetched) : nullptr};
    char digest[] = "SHA256";
    const OSSL_PARAM chosen[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
    if (!made || EVP_MAC_CTX_set_params(made.get(), chosen) != 1) library_failed("HMAC");
    return made;
}

void ask_for_random(std::span<std::byte> out) {
    if (out.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        library_failed("too many random bytes at once");
    }
    auto* octets = reinterpret_cast<unsigned char*>(out.data());
    if (RAND_bytes(octets, static_cast<int>(out.size())) != 1) library_failed("random bytes");
}

/// A store of random bytes, because asking for a few costs as much as asking for many. Bytes that
/// were given out are wiped.
class random_stock {
public:
    static constexpr std::size_t size = 2'048;
    static constexpr std::size_t worth_storing_max = 64;

    void take(std::span<std::byte> out) {
        if (left_ < out.size()) {
            ask_for_random(bytes_);
            left_ = size;
        }
        left_ -= out.size();
        std::memcpy(out.data(), bytes_.data() + left_, out.size());
        OPENSSL_cleanse(bytes_.data() + left_, out.size());
    }

private:
    std::array<std::byte, size> bytes_{};
    std::size_t left_ = 0;
};

}  // namespace

void fill_random(std::span<std::byte> out) {
    thread_local random_stock stock;
    if (out.size() <= random_stock::worth_storing_max)
        stock.take(out);
    else
        ask_for_random(out);
}

digest256 sha256(std::string_view data) {
    digest256 out;
    auto* octets = reinterpret_cast<unsigned char*>(out.data());
    if (EVP_Digest(data.data(), data.size(), octets, nullptr, sha256_algorithm(), nullptr) != 1) {
        library_failed("SHA-256");
    }
    return out;
}

digest256 hmac_sha256(std::string_view key, std::string_view data) {
    digest256 out;
    auto* octets = reinterpret_cast<unsigned char*>(out.data());
    thread_local const mac_context context = make_hmac_sha256();
    // To the library a null key means "the key of the last call".
    const auto* key_octets = as_octets(key.empty() ? std::string_view{""} : key);
    std::size_t length = 0;
    if (EVP_MAC_init(context.get(), key_octets, key.size(), nullptr) != 1 ||
        EVP_MAC_update(context.get(), as_octets(data), data.size()) != 1 ||
        EVP_MAC_final(context.get(), octets, &length, out.size()) != 1 || length != out.size()) {
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
    // Each value has one text only: so the bits left over must be zero.
    if ((bits & ((1U << waiting) - 1U)) != 0) return std::nullopt;
    return out;
}

}  // namespace market
