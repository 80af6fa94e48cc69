#pragma once
/// What every throttle refuses with.
#include <market/user/throttle.hpp>

#include <algorithm>

namespace market::user {

/// `wait`: until one is free again.
inline failure rate_limited(const allowance& what, std::chrono::microseconds wait) {
    failure out{errc::rate_limited, "too many tries; wait a little"};
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
    // A clock that was set back must not ask for more than the span.
    out.retry_after = std::clamp(seconds, std::chrono::seconds{1}, what.within);
    return out;
}

}  // namespace market::user
