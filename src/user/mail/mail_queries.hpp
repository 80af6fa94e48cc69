#pragma once
/// The SQL of mails that wait to be sent. A mail is a row written in the transaction that causes
/// it, so that none is lost and no request waits for a mail host.
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
    nothing,  ///< never sent: its row makes the work for an unknown address the same
};

struct waiting_mail {
    mail_id id;
    mail_kind kind = mail_kind::nothing;
    std::string to;
    code_nonce nonce;           ///< of the code, if the kind has one
    std::string key_id;         ///< of the key that the code is computed with
    bool is_late = false;       ///< past its life: nobody needs it any more
    std::int64_t attempts = 0;  ///< the number of this lease
};

/// Adds a mail that is due at once and of use for `life`.
void append_mail(db::transaction& tx, const waiting_mail& mail, std::chrono::seconds life);
/// At most `most` due mails, the oldest first, for the caller alone until `lease` is over.
std::vector<waiting_mail> lease_mails(db::transaction& tx, std::size_t most,
                                      std::chrono::seconds lease);
/// Deletes the mail, unless it was leased again since.
void remove_mail(db::transaction& tx, const waiting_mail& mail);
/// Makes the mail due again after `pause`, unless it was leased again since.
void put_off_mail(db::transaction& tx, const waiting_mail& mail, std::chrono::milliseconds pause);

}  // namespace market::user
