#include "accounts/account_queries.hpp"
#include "accounts/set_up_links.hpp"
#include "secrets/password.hpp"
#include "service.hpp"

#include <market/base/crypto.hpp>
#include <market/user/rules.hpp>
#include <market/user/user_module.hpp>

#include <algorithm>
#include <array>

namespace market::user {
namespace {

constexpr std::size_t secret_bytes_min = 32;

std::string make_unknown_password() {
    std::array<std::byte, 16> random;
    fill_random(random);
    return to_base64url(as_chars(random));
}

result<void> check_admin(const std::string& email, const std::string& password) {
    failure out{errc::validation_failed, "the admin cannot be made"};
    auto add = [&](const char* at, const char* code, const char* detail) {
        out.culprits.push_back({culprit::place::parameter, at, code, detail});
    };
    if (!is_email(email)) add("email", "format", "email must be an e-mail address");
    if (!is_password_shape(password)) {
        add("password", "length",
            "password must be 8-128 characters, none of them a control character");
    } else if (is_common_password(password)) {
        add("password", "format", "password is one of those that everybody tries first");
    }
    if (out.culprits.empty()) return {};
    out.detail = out.culprits.front().detail;
    return out;
}

class module final : public user_module {
public:
    module(db::database& database, worker_pool& blocking, const wall_clock& clock, throttle& counts,
           settings chosen, std::unique_ptr<mailer> post,
           std::string dummy_hash) :keys_(chosen.secret, chosen.previous_secrets),
        signup_codes_(keys_, "signup"), reset_codes_(keys_, "password_reset"),
        courier_(database, keys_, signup_codes_, reset_codes_, std::move(post),
                 chosen.mail_retry_first),
        reader_(database, clock, ended_, chosen.ended_sessions_every),
        service_({database, blocking, clock, counts, keys_, signup_codes_, reset_codes_, ended_,
                  courier_},
                 chosen, std::move(dummy_hash)) {}

    user_service& service() override { return service_; }

    result<void> start() override {
        if (auto read = reader_.start(); !read) return read;
        courier_.start();
        return {};
    }

    void stop() override {
        courier_.stop();
        reader_.stop();
    }

private:
    const signing_keys keys_;
    const email_codes signup_codes_, reset_codes_;
    ended_sessions ended_;
    mail_dispatcher courier_;
    ended_sessions_reader reader_;
    user::service service_;
};

}  // namespace

result<std::unique_ptr<user_module>> make_user_module(db::async_database database,
                                                      const wall_clock& clock, throttle& counts,
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
    return std::make_unique<module>(database.blocking(), database.pool(), clock, counts,
                                    std::move(chosen), std::move(*mailer), std::move(*dummy_hash));
}

result<account> create_admin(db::database& database, const wall_clock& clock,
                             const std::string& email, const std::string& password) {
    if (const auto fit = check_admin(email, password); !fit) return fit.error();
    const auto hashed = hash_password(password);
    if (!hashed) return hashed.error();
    const account admin{make_id<user_id>(), email,      "Administrator", {}, {},
                        role::admin,        clock.now()};
    return database.write([&](db::transaction& tx) -> result<account> {
        if (const auto inserted = insert_account(tx, admin, *hashed); !inserted)
            return inserted.error();
        append_event(tx, {event::admin_created, admin.id, "command line"}, clock.now());
        return admin;
    });
}

result<std::optional<std::string>> offer_set_up(db::database& database, const wall_clock& clock) {
    return database.write([&](db::transaction& tx) -> result<std::optional<std::string>> {
        return offer_link(tx, clock.now());
    });
}

}  // namespace market::user
