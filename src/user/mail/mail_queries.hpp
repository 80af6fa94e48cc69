#pragma once
/// Mails that wait to be sent: written in the transaction that wants them, so that none is lost
/// and no request waits for a mail host.
#include "mail/email_codes.hpp"

#include <market/db/transaction.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace market::user {

using mail_id = id<struct mail_tag>;

enum class mail_kind {
    signup_code,
    address_taken,
    password_reset_code,
    nothing,  ///< for the sake of equal work: it is taken off the list and not sent
};

struct waiting_mail {
    mail_id id;
    mail_kind kind = mail_kind::nothing;
    std::string to;
    code_nonce nonce;           ///< of the code, when the kind has one
    std::string key_id;         ///< of the key that the code is computed with
    bool is_late = false;       ///< nobody wants it any more
    std::int64_t attempts = 0;  ///< this lease's number
};

/// Due at once, wanted for `life`.
void append_mail(db::transaction& tx, const waiting_mail& what, std::chrono::seconds life);
/// The oldest that are due, for the caller alone until `lease` is over.
std::vector<waiting_mail> lease_mails(db::transaction& tx, std::size_t most,
                                      std::chrono::seconds lease);
/// Takes it off the list, unless another lease was given since.
void remove_mail(db::transaction& tx, const waiting_mail& what);
/// Due again after `pause`, likewise.
void put_off_mail(db::transaction& tx, const waiting_mail& what, std::chrono::milliseconds pause);

}  // namespace market::user
