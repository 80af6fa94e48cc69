#pragma once
/// Six-digit codes that prove an e-mail address: 10 minutes, 5 tries, single use, one an address.
#include "secrets/signing_keys.hpp"

#include <market/base/clock.hpp>
#include <market/base/crypto.hpp>
#include <market/base/id.hpp>
#include <market/db/transaction.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace market::user {

inline constexpr std::chrono::seconds email_code_life = std::chrono::minutes{10};
inline constexpr int email_code_tries_max = 5;

/// What a code is computed of, beside the key, the purpose and the address.
using code_nonce = id<struct code_nonce_tag>;

/// The codes of one purpose. Stored as HMACs bound to purpose and address, so that neither a copy
/// of the database nor a row moved to another address tells or makes a code. Thread-safe.
class email_codes {
public:
    email_codes(const signing_keys& keys, std::string purpose);

    /// A new code in the place of the last one; code_of() tells it with the current key.
    code_nonce issue(db::transaction& tx, const std::string& email, instant now) const;
    /// Nothing but the nonce has to be kept until the code is mailed.
    std::string code_of(const signing_keys::key& key, const std::string& email,
                        const code_nonce& nonce) const;
    /// Is this the code? A wrong one costs a try: the caller must commit either way.
    bool look(db::transaction& tx, const std::string& email, const std::string& code,
              instant now) const;
    /// As look(), but the right code is gone afterwards.
    bool use_up(db::transaction& tx, const std::string& email, const std::string& code,
                instant now) const;

private:
    digest256 mac(const signing_keys::key& key, const std::string& folded,
                  const std::string& code) const;
    bool charge(db::transaction& tx, const std::string& folded, const std::string& code,
                instant now) const;

    const signing_keys& keys_;
    std::string purpose_;
};

}  // namespace market::user
