#pragma once
#include <market/base/error.hpp>
#include <market/user/account.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace market::user {

namespace asio = boost::asio;

/// A row of the trail: what happened to an account, or what an admin did.
using security_event_id = id<struct security_event_tag>;

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

/// What a code proves an address for.
enum class code_purpose { signup, password_reset };

/// An empty outer optional leaves the member as it is; an empty inner one removes it.
struct profile_change {
    std::optional<std::string> name{};
    std::optional<std::optional<std::string>> phone{};
    std::optional<std::optional<market::address>> address{};
};

/// Checks access tokens: signature, algorithm, issuer, audience, type, times, and that the session
/// is not in the list of ended ones. Uses no database and never blocks. Thread-safe.
class authenticator {
public:
    virtual ~authenticator() = default;
    /// Errors: unauthenticated.
    virtual result<principal> authenticate(std::string_view access_token) const = 0;
};

/// The use cases of accounts and sessions. Thread-safe. The caller has checked the shapes and
/// ranges of API.md 1. Blocking work runs on pools, so every call may also answer `overloaded`,
/// `database_unavailable` or `outcome_unknown`. `client` is the network address of the caller:
/// throttles count by it (`rate_limited`), and security events hold it.
class user_service : public authenticator {
public:
    /// Is the address free? Errors: rate_limited.
    virtual asio::awaitable<result<bool>> email_available(std::string email,
                                                          std::string client) = 0;
    /// Mails a 6-digit code (10 min, 5 tries, single use), which replaces the last one of its
    /// purpose. If the address is taken, the sign-up mail says so instead. If it is unknown, no
    /// reset mail is sent. The answer and the work are always the same. Errors: rate_limited.
    virtual asio::awaitable<result<void>> send_code(code_purpose purpose, std::string email,
                                                    std::string client) = 0;
    /// Checks a code without using it up; a wrong one costs a try. Errors: code_invalid.
    virtual asio::awaitable<result<void>> verify_code(code_purpose purpose, std::string email,
                                                      std::string code) = 0;
    /// Errors: code_invalid, email_taken.
    virtual asio::awaitable<result<account>> sign_up(signup request, std::string client) = 0;
    /// Known and unknown addresses take the same time. Errors: login_failed, rate_limited.
    virtual asio::awaitable<result<token_pair>> log_in(std::string email, std::string password,
                                                       std::string client) = 0;
    /// Exchanges a refresh token for new tokens (API.md 3). Errors: refresh_invalid, rate_limited.
    virtual asio::awaitable<result<token_pair>> refresh(std::string refresh_token,
                                                        std::string client) = 0;
    /// Ends the caller's session: on this server at once, on others within a second.
    virtual asio::awaitable<result<void>> log_out(principal who, std::string client) = 0;
    /// Ends every session of the caller, as above.
    virtual asio::awaitable<result<void>> log_out_all(principal who, std::string client) = 0;
    /// Also ends every session of the account. Errors: code_invalid.
    virtual asio::awaitable<result<void>> reset_password(std::string email, std::string code,
                                                         std::string new_password,
                                                         std::string client) = 0;
    /// Also ends the caller's other sessions. A wrong password counts as a failed login.
    /// Errors: password_wrong, rate_limited, unauthenticated (the account is gone).
    virtual asio::awaitable<result<void>> change_password(principal who, std::string current,
                                                          std::string new_password,
                                                          std::string client) = 0;
    /// Errors: unauthenticated (the account is gone).
    virtual asio::awaitable<result<account>> read(user_id id) = 0;
    /// Returns the account with the change. Errors: as above.
    virtual asio::awaitable<result<account>> change_profile(user_id id, profile_change change) = 0;
    /// Makes the first admin, once, with the token of a set-up link. Errors: not_found (the token
    /// is used, wrong or expired, or there is an admin), email_taken.
    virtual asio::awaitable<result<account>> set_up(std::string token, std::string email,
                                                    std::string password, std::string name,
                                                    std::string client) = 0;
    /// Writes what an admin is about to do into the trail of security events: "POST /v1/sales", at
    /// most 200 characters. The row is committed when this returns, and its outcome is `begun`. On
    /// any error (never outcome_unknown) the action must not run, so that none lacks a row.
    virtual asio::awaitable<result<security_event_id>> begin_admin_action(principal who,
                                                                          std::string action,
                                                                          std::string client) = 0;
    /// Adds the action's outcome; `refused_with` is empty when it was done. A failure is only
    /// logged and leaves `begun`.
    virtual asio::awaitable<void> end_admin_action(security_event_id action,
                                                   std::optional<errc> refused_with) = 0;
};

}  // namespace market::user
