#pragma once
/// The use cases of accounts: codes by mail, sign-up, the first admin, the profile.
#include "mail/email_codes.hpp"
#include "mail/mail_dispatcher.hpp"
#include "secrets/password_hasher.hpp"
#include "secrets/signing_keys.hpp"

#include <market/base/clock.hpp>
#include <market/base/error.hpp>
#include <market/db/async_database.hpp>
#include <market/user/throttle.hpp>
#include <market/user/user_module.hpp>

#include <string>

namespace market::user {

/// What accounts work with; all of it outlives them.
struct account_parts {
    db::async_database database;
    const wall_clock& clock;
    const throttle_limits& limits;
    user::throttle& throttle;
    const signing_keys& keys;
    const email_codes& signup_codes;
    const email_codes& reset_codes;
    mail_dispatcher& mails;
    password_hasher& passwords;
};

/// Each function is the one of user_service that has its name. Thread-safe.
class accounts {
public:
    explicit accounts(const account_parts& parts) : parts_(parts) {}

    asio::awaitable<result<bool>> email_available(std::string email, std::string client);
    asio::awaitable<result<void>> send_code(code_purpose purpose, std::string email,
                                            std::string client);
    asio::awaitable<result<void>> verify_code(code_purpose purpose, std::string email,
                                              std::string code);
    asio::awaitable<result<account>> sign_up(signup request, std::string client);
    asio::awaitable<result<account>> set_up(std::string token, std::string email,
                                            std::string password, std::string name,
                                            std::string client);
    asio::awaitable<result<account>> read(user_id id);
    asio::awaitable<result<account>> change_profile(user_id id, profile_change change);

private:
    const email_codes& codes_for(code_purpose purpose) const;
    void issue_code(db::transaction& tx, code_purpose purpose, const std::string& email) const;

    account_parts parts_;
};

}  // namespace market::user
