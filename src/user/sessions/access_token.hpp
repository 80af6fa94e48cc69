#pragma once
/// Access tokens: JWT (RFC 7519) with HMAC-SHA256 ("HS256" of RFC 7518). The algorithm is fixed
/// here and never taken from a token.
#include "secrets/signing_keys.hpp"

#include <market/base/clock.hpp>
#include <market/base/error.hpp>
#include <market/user/account.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace market::user {

inline constexpr std::chrono::seconds access_token_life = std::chrono::minutes{15};

/// A token for `who`, valid from `now` for `life`.
std::string sign_access_token(const signing_keys::key& key, const principal& who, instant now,
                              std::chrono::seconds life = access_token_life);

/// Checks with the key that the header's `kid` names, or with the current one if it names none.
/// Errors: unauthenticated.
result<principal> verify_access_token(const signing_keys& keys, std::string_view token,
                                      instant now);

}  // namespace market::user
