#pragma once
/// Ranges of the contract that more than one module checks.
#include <cstddef>
#include <cstdint>

namespace market {

inline constexpr std::int64_t line_quantity_max = 1'000;
inline constexpr std::int64_t stock_quantity_max = 10'000'000;
inline constexpr std::int64_t per_user_limit_max = 1'000;
inline constexpr std::size_t order_lines_max = 20;
inline constexpr int page_size_default = 20;
inline constexpr int page_size_max = 100;

}  // namespace market
