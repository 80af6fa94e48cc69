#include "access_token.hpp"
#include "account_queries.hpp"
#include "password.hpp"
#include "service.hpp"
#include "set_up_links.hpp"

#include <market/base/crypto.hpp>
#include <market/user/rules.hpp>
#include <market/user/user_module.hpp>

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
    }
    if (out.culprits.empty()) return {};
    out.detail = out.culprits.front().detail;
    return out;
}

}  // namespace

result<std::unique_ptr<user_service>> make_user_service(db::database& database,
                                                        worker_pool& blocking,
                                                        const wall_clock& clock, settings chosen) {
    if (chosen.secret.size() < secret_bytes_min) {
        return invalid(culprit::place::parameter, "auth.secret", "length",
                       "auth.secret must be at least 32 bytes");
    }
    auto mailer = make_mailer(chosen.mail_url, chosen.mail_from, clock);
    if (!mailer) return mailer.error();
    auto dummy_hash = hash_password(make_unknown_password());
    if (!dummy_hash) return dummy_hash.error();
    return std::make_unique<service>(database, blocking, clock, std::move(chosen),
                                     std::move(*mailer), std::move(*dummy_hash));
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
        return admin;
    });
}

result<std::optional<std::string>> offer_set_up(db::database& database, const wall_clock& clock) {
    return database.write([&](db::transaction& tx) -> result<std::optional<std::string>> {
        return offer_link(tx, clock.now());
    });
}

}  // namespace market::user
