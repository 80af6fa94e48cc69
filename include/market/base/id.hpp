#pragma once
/// Identifiers that do not convert into each other.

#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace market {

/// 128 bits. Resource ids are UUIDv7 (RFC 9562): they sort by creation time.
template <class Tag>
struct id {
    std::array<std::byte, 16> bytes{};
    auto operator<=>(const id&) const = default;
};

using user_id = id<struct user_tag>;
using product_id = id<struct product_tag>;
using sale_id = id<struct sale_tag>;
using order_id = id<struct order_tag>;
/// A pool of stock. A sale's pool has the bytes of the sale's id, and a product's general pool
/// those of the product's id: that saves a lookup in every purchase.
using pool_id = id<struct pool_tag>;
/// Identifies one purchase: the hash of (buyer, Idempotency-Key), or random when no key was sent.
using purchase_key = id<struct purchase_key_tag>;
/// One attempt at a purchase; random.
using attempt_id = id<struct attempt_tag>;
using credit_id = id<struct credit_tag>;
using event_id = id<struct event_tag>;
using payment_id = id<struct payment_tag>;
using session_id = id<struct session_tag>;

namespace detail {
std::array<std::byte, 16> make_uuid_v7();
std::array<std::byte, 16> random_128();
std::string format_uuid(const std::array<std::byte, 16>& bytes);
std::optional<std::array<std::byte, 16>> parse_uuid(std::string_view text);
}  // namespace detail

/// A new UUIDv7, greater than all that this process made before. Thread-safe.
template <class Id>
Id make_id() {
    return Id{detail::make_uuid_v7()};
}

/// 128 random bits from the system's generator. Thread-safe.
template <class Id>
Id make_random_id() {
    return Id{detail::random_128()};
}

/// Canonical lower-case form, 36 characters.
template <class Tag>
std::string to_string(const id<Tag>& value) {
    return detail::format_uuid(value.bytes);
}

/// Takes the 36-character form in either case. Empty for anything else.
template <class Id>
std::optional<Id> parse_id(std::string_view text) {
    if (auto bytes = detail::parse_uuid(text)) return Id{*bytes};
    return std::nullopt;
}

template <class To, class Tag>
To same_bytes(const id<Tag>& from) {
    return To{from.bytes};
}

inline pool_id pool_of(const sale_id& sale) { return same_bytes<pool_id>(sale); }
inline pool_id pool_of(const product_id& product) { return same_bytes<pool_id>(product); }

}  // namespace market

template <class Tag>
struct std::hash<market::id<Tag>> {
    std::size_t operator()(const market::id<Tag>& value) const noexcept {
        std::size_t low = 0, high = 0;
        std::memcpy(&high, value.bytes.data(), sizeof high);
        std::memcpy(&low, value.bytes.data() + 8, sizeof low);
        return low ^
               (high * 0x9E3779B97F4A7C15ULL);  // Fibonacci hashing: v7 ids share their high bits
    }
};
