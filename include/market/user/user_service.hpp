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

/// A row of the trail of what happened to accounts and what admins did.
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

/// What is to change; an empty outer optional leaves a thing as it is, an empty inner one takes it
/// away.
struct profile_change {
    std::optional<std::string> name{};
    std::optional<std::optional<std::string>> phone{};
    std::optional<std::optional<market::address>> address{};
};

/// Checks access tokens: signature, algorithm, issuer, audience, type, times, and that the session
/// is not known as ended. No database, no waiting; thread-safe.
class authenticator {
public:
    virtual ~authenticator() = default;
    /// Errors: unauthenticated.
    virtual result<principal> authenticate(std::string_view access_token) const = 0;
};

/// Accounts. Thread-safe. Input is already of the shapes and ranges of API.md 1; blocking work is
/// done on pools of its own, so every call may answer `overloaded`, `database_unavailable` or
/// `outcome_unknown`. `client` is the address that asks: what is throttled counts by it
/// (`rate_limited`), and the trail of security events names it.
class user_service : public authenticator {
public:
    /// Is the address free? Errors: rate_limited.
    virtual asio::awaitable<result<bool>> email_available(std::string email,
                                                          std::string client) = 0;
    /// Has a 6-digit code mailed (10 min, 5 tries, single use; replaces the last one of its
    /// purpose). A sign-up mail to a taken address says so instead; a reset for an unknown address
    /// mails nothing; the answer and the work are the same. Errors: rate_limited.
    virtual asio::awaitable<result<void>> send_code(code_purpose purpose, std::string email,
                                                    std::string client) = 0;
    /// Looks at a code without using it up; a wrong one costs a try. Errors: code_invalid.
    virtual asio::awaitable<result<void>> verify_code(code_purpose purpose, std::string email,
                                                      std::string code) = 0;
    /// Errors: code_invalid, email_taken.
    virtual asio::awaitable<result<account>> sign_up(signup request, std::string client) = 0;
    /// Known and unknown addresses take the same time. Errors: login_failed, rate_limited.
    virtual asio::awaitable<result<token_pair>> log_in(std::string email, std::string password,
                                                       std::string client) = 0;
    /// Rotates a refresh token (API.md 3). Errors: refresh_invalid, rate_limited.
    virtual asio::awaitable<result<token_pair>> refresh(std::string refresh_token,
                                                        std::string client) = 0;
    /// Ends the caller's session: here at once, elsewhere within a second.
    virtual asio::awaitable<result<void>> log_out(principal who, std::string client) = 0;
    /// Ends every session of the caller.
    virtual asio::awaitable<result<void>> log_out_all(principal who, std::string client) = 0;
    /// Ends every session of the account. Errors: code_invalid.
    virtual asio::awaitable<result<void>> reset_password(std::string email, std::string code,
                                                         std::string new_password,
                                                         std::string client) = 0;
    /// Ends the caller's other sessions. A wrong password counts as a failed login.
    /// Errors: password_wrong, rate_limited, unauthenticated (the account is gone).
    virtual asio::awaitable<result<void>> change_password(principal who, std::string current,
                                                          std::string new_password,
                                                          std::string client) = 0;
    /// Errors: unauthenticated (the account is gone).
    virtual asio::awaitable<result<account>> read(user_id id) = 0;
    /// The account as it is then. Errors: as above.
    virtual asio::awaitable<result<account>> change_profile(user_id id, profile_change change) = 0;
    /// The first admin, once, with the link's token. Errors: not_found (used, wrong, too late, or
    /// there is an admin), email_taken.
    virtual asio::awaitable<result<account>> set_up(std::string token, std::string email,
                                                    std::string password, std::string name,
                                                    std::string client) = 0;
    /// Puts what an admin is about to do into the trail of security events: "POST /v1/sales", at
    /// most 200 characters. Committed when it returns, so that nothing is done without a row: on
    /// any error (never outcome_unknown) the action must not run. Its outcome is `begun` until the
    /// next call.
    virtual asio::awaitable<result<security_event_id>> begin_admin_action(principal who,
                                                                          std::string action,
                                                                          std::string client) = 0;
    /// Adds what became of it; `refused_with`: empty when it was done. A failure is logged, not
    /// told, and leaves `begun`.
    virtual asio::awaitable<void> end_admin_action(security_event_id action,
                                                   std::optional<errc> refused_with) = 0;
};

}  // namespace market::user
