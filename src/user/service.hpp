#pragma once
/// The accounts' use cases. Database work runs on the pool handed in, hashing on one of its own;
/// a coroutine goes from one to the other and never holds a thread of either while it waits.
#include "accounts/account_queries.hpp"
#include "mail/email_codes.hpp"
#include "mail/mail_dispatcher.hpp"
#include "sessions/ended_sessions.hpp"
#include "sessions/session_queries.hpp"
#include "trail/security_events.hpp"

#include <market/base/worker_pool.hpp>
#include <market/user/user_module.hpp>

#include <memory>
#include <optional>
#include <string>

namespace market::user {

/// What the service works with; all of it outlives the service.
struct service_parts {
    db::database& database;
    worker_pool& blocking;
    const wall_clock& clock;
    throttle& counts;
    const signing_keys& keys;
    const email_codes& signup_codes;
    const email_codes& reset_codes;
    ended_sessions& ended;
    mail_dispatcher& courier;
};

class service final : public user_service {
public:
    /// `dummy_hash` is what the password of an unknown account is compared with.
    service(service_parts parts, const settings& chosen, std::string dummy_hash);

    result<principal> authenticate(std::string_view access_token) const override;
    asio::awaitable<result<bool>> email_available(std::string email, std::string client) override;
    asio::awaitable<result<void>> send_code(code_purpose purpose, std::string email,
                                            std::string client) override;
    asio::awaitable<result<void>> verify_code(code_purpose purpose, std::string email,
                                              std::string code) override;
    asio::awaitable<result<account>> sign_up(signup request, std::string client) override;
    asio::awaitable<result<token_pair>> log_in(std::string email, std::string password,
                                               std::string client) override;
    asio::awaitable<result<token_pair>> refresh(std::string refresh_token,
                                                std::string client) override;
    asio::awaitable<result<void>> log_out(principal who, std::string client) override;
    asio::awaitable<result<void>> log_out_all(principal who, std::string client) override;
    asio::awaitable<result<void>> reset_password(std::string email, std::string code,
                                                 std::string new_password,
                                                 std::string client) override;
    asio::awaitable<result<void>> change_password(principal who, std::string current,
                                                  std::string new_password,
                                                  std::string client) override;
    asio::awaitable<result<account>> read(user_id id) override;
    asio::awaitable<result<account>> change_profile(user_id id, profile_change change) override;
    asio::awaitable<result<account>> set_up(std::string token, std::string email,
                                            std::string password, std::string name,
                                            std::string client) override;
    asio::awaitable<result<security_event_id>> begin_admin_action(principal who, std::string action,
                                                                  std::string client) override;
    asio::awaitable<void> end_admin_action(security_event_id action,
                                           std::optional<errc> refused_with) override;

private:
    // service.cpp
    result<void> put_code_on_its_way(code_purpose purpose, const std::string& email);
    result<bool> look_at_code(const signup& request);
    result<std::optional<account>> record_signup(const signup& request,
                                                 const std::string& password_hash,
                                                 const std::string& client);
    result<account> record_first_admin(const std::string& token, const account& admin,
                                       const std::string& password_hash, const std::string& client);
    asio::awaitable<result<std::string>> hash(std::string password);
    asio::awaitable<void> note(security_event what);
    const email_codes& codes_for(code_purpose purpose) const;

    // service_login.cpp
    asio::awaitable<result<void>> count_login(std::string account, std::string client);
    asio::awaitable<void> uncount_login(std::string account, std::string client);
    asio::awaitable<result<std::optional<credentials>>> check_password(
        std::optional<credentials> known, std::string password);
    asio::awaitable<result<token_pair>> log_in_counted(std::string email, std::string password,
                                                       std::string client);
    asio::awaitable<result<token_pair>> begin_session(credentials known, std::string client);
    asio::awaitable<result<void>> change_password_counted(principal who, credentials known,
                                                          std::string current,
                                                          std::string new_password,
                                                          std::string client);
    asio::awaitable<result<void>> end(principal who, bool all, std::string client);
    result<std::optional<token_pair>> rotate(const refresh_claim& claim, const std::string& client);
    result<bool> record_reset(const std::string& email, const std::string& code,
                              const std::string& password_hash, const std::string& client);
    result<bool> record_change(const principal& who, const std::string& old_hash,
                               const std::string& new_hash, const std::string& client);
    token_pair make_pair(user_id user, role held, const refresh_claim& claim, instant now) const;

    service_parts parts_;
    const throttle_limits limits_;
    refresh_tokens refresh_tokens_;
    std::string dummy_hash_;
    worker_pool hashing_;  // last: its work is run to its end before the rest goes
};

}  // namespace market::user
