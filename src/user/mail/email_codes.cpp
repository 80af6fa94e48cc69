#include "mail/email_codes.hpp"

#include <market/user/rules.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace market::user {
namespace {

/// Six digits of a digest. 2^64 is no multiple of a million, but so much larger that no code is
/// more likely than another by a ten-billionth.
std::string to_digits(const digest256& digest) {
    std::uint64_t number = 0;
    std::memcpy(&number, digest.data(), sizeof number);
    const std::string digits = std::to_string(number % 1'000'000);
    return std::string(6 - digits.size(), '0') + digits;
}

}  // namespace

email_codes::email_codes(const signing_keys& keys, std::string purpose)
    : keys_(keys), purpose_(std::move(purpose)) {}

code_nonce email_codes::issue(db::transaction& tx, const std::string& email, instant now) const {
    const std::string folded = fold_email(email);
    const auto nonce = make_random_id<code_nonce>();
    const auto code = code_of(keys_.current(), email, nonce);
    const auto stored = mac(keys_.current(), folded, code);
    tx.execute(db::sql{} << "DELETE FROM email_codes WHERE expires_at <= " << now);
    tx.execute(
        db::sql{} << "REPLACE INTO email_codes (purpose, email_folded, code_mac, tries, expires_at)"
                  << " VALUES (" << purpose_ << ", " << folded << ", "
                  << std::span<const std::byte>{stored} << ", 0, " << now + email_code_life << ")");
    return nonce;
}

std::string email_codes::code_of(const signing_keys::key& key, const std::string& email,
                                 const code_nonce& nonce) const {
    const auto drawing = hmac_sha256(key.secret, "market e-mail code drawing");
    return to_digits(hmac_sha256(as_chars(drawing), purpose_ + '\0' + fold_email(email) + '\0' +
                                                        std::string{as_chars(nonce.bytes)}));
}

bool email_codes::check(db::transaction& tx, const std::string& email, const std::string& code,
                        instant now) const {
    const std::string folded = fold_email(email);
    if (!try_code(tx, folded, code, now)) return false;
    tx.execute(db::sql{} << "UPDATE email_codes SET tries = tries - 1 WHERE purpose = " << purpose_
                         << " AND email_folded = " << folded);
    return true;
}

bool email_codes::use_up(db::transaction& tx, const std::string& email, const std::string& code,
                         instant now) const {
    const std::string folded = fold_email(email);
    if (!try_code(tx, folded, code, now)) return false;
    tx.execute(db::sql{} << "DELETE FROM email_codes WHERE purpose = " << purpose_
                         << " AND email_folded = " << folded);
    return true;
}

/// Counts the try first, which locks the row: of many wrong codes at once, no more are compared
/// than tries are left.
bool email_codes::try_code(db::transaction& tx, const std::string& folded, const std::string& code,
                           instant now) const {
    const auto updated =
        tx.execute(db::sql{} << "UPDATE email_codes SET tries = tries + 1 WHERE purpose = "
                             << purpose_ << " AND email_folded = " << folded << " AND tries < "
                             << email_code_tries_max << " AND expires_at > " << now);
    if (updated == 0) return false;
    const auto row =
        tx.query_one<db::blob>(db::sql{} << "SELECT code_mac FROM email_codes WHERE purpose = "
                                         << purpose_ << " AND email_folded = " << folded);
    if (!row) return false;
    const auto& stored = std::get<0>(*row).data;
    const auto all = keys_.all();
    return std::any_of(all.begin(), all.end(), [&](const signing_keys::key& key) {
        return equal_in_constant_time(stored, as_chars(mac(key, folded, code)));
    });
}

digest256 email_codes::mac(const signing_keys::key& key, const std::string& folded,
                           const std::string& code) const {
    const auto derived = hmac_sha256(key.secret, "market e-mail code key");
    return hmac_sha256(as_chars(derived), purpose_ + '\0' + folded + '\0' + code);
}

}  // namespace market::user
