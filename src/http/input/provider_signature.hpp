#pragma once
#include <market/base/clock.hpp>
#include <market/base/error.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace market::http {

inline constexpr std::chrono::seconds signature_skew_max{300};

/// Checks that the payment provider signed the body. `headers` holds the value of each
/// `Market-Signature` header; there must be exactly one, of the form
/// `t=<unix seconds>,v1=<hex of the HMAC-SHA256 of "t.body">`, hex digits in either case, with `t`
/// at most 300 s from `now`. Without a secret every body is refused.
/// Errors: unauthenticated.
result<void> check_signature(const std::vector<std::string>& headers, std::string_view body,
                             std::string_view secret, instant now);

}  // namespace market::http
