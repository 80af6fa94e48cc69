#include "email_codes.hpp"

#include <market/user/rules.hpp>

#include <array>
#include <cstring>

namespace market::user {
namespace {

std::string make_code() {
    constexpr std::uint32_t codes = 1'000'000;
    // Numbers above the last whole multiple would make the low codes likelier.
    constexpr std::uint32_t limit = UINT32_MAX / codes * codes;
    std::uint32_t number = limit;
    while (number >= limit) {
        std::array<std::byte, sizeof number> random;
        fill_random(random);
        std::memcpy(&number, random.data(), sizeof number);
    }
    const std::string digits = std::to_string(number % codes);
    return std::string(6 - digits.size(), '0') + digits;
}

}  // namespace

email_codes::email_codes(std::string_view secret, std::string purpose)
    : purpose_(std::move(purpose)), key_(hmac_sha256(secret, "market e-mail code key")) {}

std::string email_codes::issue(db::transaction& tx, const std::string& email, instant now) const {
    const std::string folded = fold_email(email);
    const std::string code = make_code();
    tx.execute(db::sql{} << "DELETE FROM email_codes WHERE expires_at <= " << now);
    tx.execute(
        db::sql{} << "REPLACE INTO email_codes (purpose, email_folded, code_mac, tries, expires_at)"
                  << " VALUES (" << purpose_ << ", " << folded << ", "
                  << std::span<const std::byte>{mac(folded, code)} << ", 0, "
                  << now + email_code_life << ")");
    return code;
}

bool email_codes::look(db::transaction& tx, const std::string& email, const std::string& code,
                       instant now) const {
    const std::string folded = fold_email(email);
    if (!charge(tx, folded, code, now)) return false;
    tx.execute(db::sql{} << "UPDATE email_codes SET tries = tries - 1 WHERE purpose = " << purpose_
                         << " AND email_folded = " << folded);
    return true;
}

bool email_codes::use_up(db::transaction& tx, const std::string& email, const std::string& code,
                         instant now) const {
    const std::string folded = fold_email(email);
    if (!charge(tx, folded, code, now)) return false;
    tx.execute(db::sql{} << "DELETE FROM email_codes WHERE purpose = " << purpose_
                         << " AND email_folded = " << folded);
    return true;
}

/// Takes the try first: the row stays locked from then on, so that of many wrong codes at once no
/// more than the tries left are looked at.
bool email_codes::charge(db::transaction& tx, const std::string& folded, const std::string& code,
                         instant now) const {
    const auto taken =
        tx.execute(db::sql{} << "UPDATE email_codes SET tries = tries + 1 WHERE purpose = "
                             << purpose_ << " AND email_folded = " << folded << " AND tries < "
                             << email_code_tries_max << " AND expires_at > " << now);
    if (taken == 0) return false;
    const auto row =
        tx.query_one<db::blob>(db::sql{} << "SELECT code_mac FROM email_codes WHERE purpose = "
                                         << purpose_ << " AND email_folded = " << folded);
    if (!row) return false;
    return equal_in_constant_time(std::get<0>(*row).data, as_chars(mac(folded, code)));
}

digest256 email_codes::mac(const std::string& folded, const std::string& code) const {
    return hmac_sha256(as_chars(key_), purpose_ + '\0' + folded + '\0' + code);
}

}  // namespace market::user
