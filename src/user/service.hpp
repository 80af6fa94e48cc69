#pragma once
/// The accounts' use cases. Database work runs on the pool handed in, hashing on one of its own;
/// a coroutine goes from one to the other and never holds a thread of either while it waits.
#include "account_queries.hpp"
#include "email_codes.hpp"
#include "mailer.hpp"
#include "sessions.hpp"

#include <market/user/user_module.hpp>

#include <memory>
#include <optional>
#include <string>

namespace market::user {

class service : public user_service {
public:
    /// `dummy_hash` is what the password of an unknown account is compared with.
    service(db::database& database, worker_pool& blocking, const wall_clock& clock, settings chosen,
            std::unique_ptr<mailer> post, std::string dummy_hash);

    result<principal> authenticate(std::string_view access_token) const override;
    asio::awaitable<result<bool>> email_available(std::string email) override;
    asio::awaitable<result<void>> send_signup_code(std::string email) override;
    asio::awaitable<result<void>> verify_signup_code(std::string email, std::string code) override;
    asio::awaitable<result<account>> sign_up(signup request) override;
    asio::awaitable<result<token_pair>> log_in(std::string email, std::string password) override;
    asio::awaitable<result<token_pair>> refresh(std::string refresh_token) override;
    asio::awaitable<result<account>> read(user_id id) override;
    asio::awaitable<result<account>> set_up(std::string token, std::string email,
                                            std::string password, std::string name) override;

private:
    result<mail> compose_signup_mail(const std::string& email);
    result<bool> look_at_code(const signup& request);
    result<std::optional<account>> record_signup(const signup& request,
                                                 const std::string& password_hash);
    result<account> record_first_admin(const std::string& token, const account& admin,
                                       const std::string& password_hash);
    asio::awaitable<result<std::string>> hash(std::string password);
    asio::awaitable<result<token_pair>> begin_session(user_id user, role held);
    token_pair make_pair(user_id user, role held, const refresh_claim& claim, instant now) const;

    db::database& database_;
    worker_pool& blocking_;
    const wall_clock& clock_;
    std::string secret_;
    std::unique_ptr<mailer> mailer_;
    email_codes signup_codes_;
    refresh_tokens refresh_tokens_;
    std::string dummy_hash_;
    worker_pool hashing_;  // last: its work is run to its end before the rest goes
};

}  // namespace market::user
