#pragma once
#include <market/base/error.hpp>
#include <market/user/account.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace market::user {

namespace asio = boost::asio;

struct signup {
    std::string email, password, name, phone;
    market::address address;
    std::string code;
};

struct token_pair {
    std::string access_token;
    std::chrono::seconds expires_in{};
    std::string refresh_token;
};

/// Checks access tokens: signature, algorithm, issuer, audience, type and times. No database, no
/// waiting; thread-safe.
class authenticator {
public:
    virtual ~authenticator() = default;
    /// Errors: unauthenticated.
    virtual result<principal> authenticate(std::string_view access_token) const = 0;
};

/// Accounts. Thread-safe. Input is already of the shapes and ranges of API.md 1; blocking work is
/// done on pools of its own, so every call may answer `overloaded`, `database_unavailable` or
/// `outcome_unknown`.
class user_service : public authenticator {
public:
    /// Is the address free?
    virtual asio::awaitable<result<bool>> email_available(std::string email) = 0;
    /// Mails a 6-digit sign-up code (10 min, 5 tries, single use; replaces the last one); to a
    /// taken address a mail that says so.
    virtual asio::awaitable<result<void>> send_signup_code(std::string email) = 0;
    /// Looks at a sign-up code without using it up; a wrong one costs a try. Errors: code_invalid.
    virtual asio::awaitable<result<void>> verify_signup_code(std::string email,
                                                             std::string code) = 0;
    /// Errors: code_invalid, email_taken.
    virtual asio::awaitable<result<account>> sign_up(signup request) = 0;
    /// Known and unknown addresses take the same time. Errors: login_failed.
    virtual asio::awaitable<result<token_pair>> log_in(std::string email, std::string password) = 0;
    /// Rotates a refresh token (API.md 3). Errors: refresh_invalid.
    virtual asio::awaitable<result<token_pair>> refresh(std::string refresh_token) = 0;
    /// Errors: unauthenticated (the account is gone).
    virtual asio::awaitable<result<account>> read(user_id id) = 0;
    /// The first admin, once, with the link's token. Errors: not_found (used, wrong, too late, or
    /// there is an admin), email_taken.
    virtual asio::awaitable<result<account>> set_up(std::string token, std::string email,
                                                    std::string password, std::string name) = 0;
};

}  // namespace market::user
