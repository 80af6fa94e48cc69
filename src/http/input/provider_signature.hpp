#pragma once
#include <market/base/clock.hpp>
#include <market/base/error.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace market::http {

inline constexpr std::chrono::seconds signature_skew_max{300};

/// Is the body the payment provider's? `headers` are the values of all `Market-Signature` headers
/// sent, of which there must be one: `t=<unix seconds>,v1=<hex of the HMAC-SHA256 of "t.body">`,
/// `t` at most 300 s from `now`. Hex digits in either case. Without a secret nothing is.
/// Errors: unauthenticated.
result<void> check_signature(const std::vector<std::string>& headers, std::string_view body,
                             std::string_view secret, instant now);

}  // namespace market::http
