#pragma once
/// The refusal of every throttle.
#include <market/user/throttle.hpp>

#include <algorithm>

namespace market::user {

/// `wait` is the time until the next one is allowed.
inline failure rate_limited(const allowance& what, std::chrono::microseconds wait) {
    failure refusal{errc::rate_limited, "too many tries; wait a little"};
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
    // After a clock was set back, `wait` may be longer than the span.
    refusal.retry_after = std::clamp(seconds, std::chrono::seconds{1}, what.within);
    return refusal;
}

}  // namespace market::user
