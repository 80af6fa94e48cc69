#pragma once
/// Six-digit codes that prove an e-mail address: valid for 10 minutes and 5 tries, usable once, one
/// for each address and purpose.
#include "secrets/signing_keys.hpp"

#include <market/base/clock.hpp>
#include <market/base/crypto.hpp>
#include <market/base/error.hpp>
#include <market/base/id.hpp>
#include <market/db/transaction.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace market::user {

inline constexpr std::chrono::seconds email_code_life = std::chrono::minutes{10};
inline constexpr int email_code_tries_max = 5;

/// A code is computed from a nonce, the key, the purpose and the address.
using code_nonce = id<struct code_nonce_tag>;

/// The codes of one purpose. They are stored as HMACs over purpose and address: a copy of the
/// database tells no code, and a row moved to another address is no code there. Thread-safe.
class email_codes {
public:
    email_codes(const signing_keys& keys, std::string purpose);

    /// Replaces the last code. code_of() computes the new one with the current key.
    code_nonce issue(db::transaction& tx, const std::string& email, instant now) const;
    /// So only the nonce is stored until the code is mailed.
    std::string code_of(const signing_keys::key& key, const std::string& email,
                        const code_nonce& nonce) const;
    /// Is this the code? A wrong one costs a try: the caller must commit either way.
    bool check(db::transaction& tx, const std::string& email, const std::string& code,
               instant now) const;
    /// As check(), but a right code is deleted.
    bool use_up(db::transaction& tx, const std::string& email, const std::string& code,
                instant now) const;

private:
    digest256 mac(const signing_keys::key& key, const std::string& folded,
                  const std::string& code) const;
    bool try_code(db::transaction& tx, const std::string& folded, const std::string& code,
                  instant now) const;

    const signing_keys& keys_;
    std::string purpose_;
};

/// The refusal of a code that is not valid.
inline failure code_invalid() {
    return {errc::code_invalid, "the code is wrong, used, replaced or too old"};
}

}  // namespace market::user
