#pragma once
/// Refresh tokens. A token names its session and generation and is authenticated by an HMAC. So
/// nothing of it is stored, any number of tokens of one generation can be in use (two tabs that
/// refresh at once), an old token differs from a forged one, and a forged one revokes nothing.
#include "secrets/signing_keys.hpp"

#include <market/base/crypto.hpp>
#include <market/base/id.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace market::user {

struct refresh_claim {
    session_id session;
    std::int64_t generation = 0;
};

/// Makes and reads refresh tokens. Thread-safe.
class refresh_tokens {
public:
    explicit refresh_tokens(const signing_keys& keys);
    /// Each call makes another token for the same claim.
    std::string make(const refresh_claim& claim) const;
    /// Empty unless one of the keys made it.
    std::optional<refresh_claim> read(std::string_view token) const;

private:
    std::vector<digest256> keys_;  ///< the current one first
};

}  // namespace market::user
