#include "accounts/account_queries.hpp"
#include "accounts/set_up_links.hpp"
#include "secrets/password.hpp"
#include "trail/security_events.hpp"

#include <market/user/rules.hpp>
#include <market/user/user_module.hpp>

namespace market::user {
namespace {

result<void> check_admin(const std::string& email, const std::string& password) {
    failure refusal{errc::validation_failed, "the admin cannot be made"};
    auto add = [&](const char* at, const char* code, const char* detail) {
        refusal.culprits.push_back({culprit::place::parameter, at, code, detail});
    };
    if (!is_email(email)) add("email", "format", "email must be an e-mail address");
    if (!is_password_shape(password)) {
        add("password", "length",
            "password must be 8-128 characters, none of them a control character");
    } else if (is_common_password(password)) {
        add("password", "format", "password is one of those that everybody tries first");
    }
    if (refusal.culprits.empty()) return {};
    refusal.detail = refusal.culprits.front().detail;
    return refusal;
}

}  // namespace

result<account> create_admin(db::database& database, const wall_clock& clock,
                             const std::string& email, const std::string& password) {
    if (const auto check = check_admin(email, password); !check) return check.error();
    const auto password_hash = hash_password(password);
    if (!password_hash) return password_hash.error();
    const account admin{make_id<user_id>(), email,      "Administrator", {}, {},
                        role::admin,        clock.now()};
    return database.write([&](db::transaction& tx) -> result<account> {
        if (const auto inserted = insert_account(tx, admin, *password_hash); !inserted)
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
