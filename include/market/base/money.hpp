#pragma once
#include <compare>
#include <cstdint>

namespace market {

/// Integer minor units of the shop's one currency (`shop.currency`).
struct money {
    std::int64_t minor_units = 0;
    auto operator<=>(const money&) const = default;
};

inline constexpr std::int64_t price_max = 1'000'000'000'000;            // 10^12, of one unit
inline constexpr std::int64_t order_total_max = 1'000'000'000'000'000;  // 10^15

}  // namespace market
