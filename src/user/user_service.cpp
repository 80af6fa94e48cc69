#include "accounts/accounts.hpp"
#include "mail/mail_dispatcher.hpp"
#include "secrets/password.hpp"
#include "secrets/password_hasher.hpp"
#include "secrets/signing_keys.hpp"
#include "sessions/ended_sessions.hpp"
#include "sessions/sessions.hpp"
#include "trail/security_trail.hpp"

#include <market/base/crypto.hpp>
#include <market/user/user_module.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace market::user {
namespace {

constexpr std::size_t secret_bytes_min = 32;

std::string make_unknown_password() {
    std::array<std::byte, 16> random;
    fill_random(random);
    return to_base64url(as_chars(random));
}

class users final : public user_module, public user_service {
public:
    users(db::async_database database, const wall_clock& clock, throttle& throttle, settings chosen,
          std::unique_ptr<mailer> mailer, std::string dummy_hash)
        : limits_(chosen.limits),
          keys_(chosen.secret, chosen.previous_secrets),
          signup_codes_(keys_, "signup"),
          reset_codes_(keys_, "password_reset"),
          mails_(database.blocking(), keys_, signup_codes_, reset_codes_, std::move(mailer),
                 chosen.mail_retry_first),
          ended_reader_(database.blocking(), clock, ended_, chosen.ended_sessions_every),
          trail_(database, clock),
          passwords_(chosen.hash_threads, chosen.hash_queue_max, std::move(dummy_hash)),
          accounts_({.database = database,
                     .clock = clock,
                     .limits = limits_,
                     .throttle = throttle,
                     .keys = keys_,
                     .signup_codes = signup_codes_,
                     .reset_codes = reset_codes_,
                     .mails = mails_,
                     .passwords = passwords_}),
          sessions_({.database = database,
                     .clock = clock,
                     .limits = limits_,
                     .throttle = throttle,
                     .keys = keys_,
                     .reset_codes = reset_codes_,
                     .ended = ended_,
                     .passwords = passwords_,
                     .trail = trail_}) {}

    user_service& service() override { return *this; }

    result<void> start() override {
        if (auto outcome = ended_reader_.start(); !outcome) return outcome;
        mails_.start();
        return {};
    }

    void stop() override {
        mails_.stop();
        ended_reader_.stop();
    }

    result<principal> authenticate(std::string_view access_token) const override {
        return sessions_.authenticate(access_token);
    }
    asio::awaitable<result<bool>> email_available(std::string email, std::string client) override {
        return accounts_.email_available(std::move(email), std::move(client));
    }
    asio::awaitable<result<void>> send_code(code_purpose purpose, std::string email,
                                            std::string client) override {
        return accounts_.send_code(purpose, std::move(email), std::move(client));
    }
    asio::awaitable<result<void>> verify_code(code_purpose purpose, std::string email,
                                              std::string code) override {
        return accounts_.verify_code(purpose, std::move(email), std::move(code));
    }
    asio::awaitable<result<account>> sign_up(signup request, std::string client) override {
        return accounts_.sign_up(std::move(request), std::move(client));
    }
    asio::awaitable<result<token_pair>> log_in(std::string email, std::string password,
                                               std::string client) override {
        return sessions_.log_in(std::move(email), std::move(password), std::move(client));
    }
    asio::awaitable<result<token_pair>> refresh(std::string refresh_token,
                                                std::string client) override {
        return sessions_.refresh(std::move(refresh_token), std::move(client));
    }
    asio::awaitable<result<void>> log_out(principal who, std::string client) override {
        return sessions_.log_out(who, std::move(client));
    }
    asio::awaitable<result<void>> log_out_all(principal who, std::string client) override {
        return sessions_.log_out_all(who, std::move(client));
    }
    asio::awaitable<result<void>> reset_password(std::string email, std::string code,
                                                 std::string new_password,
                                                 std::string client) override {
        return sessions_.reset_password(std::move(email), std::move(code), std::move(new_password),
                                        std::move(client));
    }
    asio::awaitable<result<void>> change_password(principal who, std::string current,
                                                  std::string new_password,
                                                  std::string client) override {
        return sessions_.change_password(who, std::move(current), std::move(new_password),
                                         std::move(client));
    }
    asio::awaitable<result<account>> read(user_id id) override { return accounts_.read(id); }
    asio::awaitable<result<account>> change_profile(user_id id, profile_change change) override {
        return accounts_.change_profile(id, std::move(change));
    }
    asio::awaitable<result<account>> set_up(std::string token, std::string email,
                                            std::string password, std::string name,
                                            std::string client) override {
        return accounts_.set_up(std::move(token), std::move(email), std::move(password),
                                std::move(name), std::move(client));
    }
    asio::awaitable<result<security_event_id>> begin_admin_action(principal who, std::string action,
                                                                  std::string client) override {
        return trail_.begin_admin_action(who, std::move(action), std::move(client));
    }
    asio::awaitable<void> end_admin_action(security_event_id action,
                                           std::optional<errc> refused_with) override {
        return trail_.end_admin_action(action, refused_with);
    }

private:
    const throttle_limits limits_;
    const signing_keys keys_;
    const email_codes signup_codes_, reset_codes_;
    ended_sessions ended_;
    mail_dispatcher mails_;
    ended_sessions_reader ended_reader_;
    security_trail trail_;
    password_hasher passwords_;
    accounts accounts_;
    sessions sessions_;
};

}  // namespace

result<std::unique_ptr<user_module>> make_user_module(db::async_database database,
                                                      const wall_clock& clock, throttle& throttle,
                                                      settings chosen) {
    const auto is_short = [](const std::string& secret) {
        return secret.size() < secret_bytes_min;
    };
    if (is_short(chosen.secret) ||
        std::any_of(chosen.previous_secrets.begin(), chosen.previous_secrets.end(), is_short)) {
        return invalid(culprit::place::parameter, "auth.secret", "length",
                       "auth.secret and each of auth.previous_secrets must be at least 32 bytes");
    }
    auto mailer = make_mailer({.url = chosen.mail_url,
                               .from = chosen.mail_from,
                               .starttls_required = chosen.mail_starttls_required,
                               .ca_file = chosen.mail_ca_file},
                              clock);
    if (!mailer) return mailer.error();
    auto dummy_hash = hash_password(make_unknown_password());
    if (!dummy_hash) return dummy_hash.error();
    return std::make_unique<users>(database, clock, throttle, std::move(chosen), std::move(*mailer),
                                   std::move(*dummy_hash));
}

}  // namespace market::user
