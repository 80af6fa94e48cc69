#include "service.hpp"

#include "accounts/set_up_links.hpp"
#include "secrets/password.hpp"
#include "sessions/access_token.hpp"

#include <market/base/log.hpp>
#include <market/user/rules.hpp>

#include <utility>

namespace market::user {
namespace {

using namespace std::chrono_literals;

failure taken() { return {errc::email_taken, "the e-mail address belongs to an account"}; }
failure wrong_code() {
    return {errc::code_invalid, "the code is wrong, used, replaced or too old"};
}
failure no_link() { return {errc::not_found, "the set-up link is wrong, used or expired"}; }
failure no_account() { return {errc::unauthenticated, "the account does not exist"}; }

account to_account(const signup& request, instant now) {
    return {make_id<user_id>(), request.email, request.name, request.phone,
            request.address,    role::user,    now};
}

mail_kind kind_of(code_purpose purpose, bool is_known) {
    switch (purpose) {
        case code_purpose::signup:
            return is_known ? mail_kind::address_taken : mail_kind::signup_code;
        case code_purpose::password_reset: break;
    }
    return is_known ? mail_kind::password_reset_code : mail_kind::nothing;
}

}  // namespace

service::service(service_parts parts, const settings& chosen, std::string dummy_hash)
    : parts_(parts),
      limits_(chosen.limits),
      refresh_tokens_(parts.keys),
      dummy_hash_(std::move(dummy_hash)),
      hashing_(chosen.hash_threads, chosen.hash_queue_max) {}

result<principal> service::authenticate(std::string_view access_token) const {
    auto who = verify_access_token(parts_.keys, access_token, parts_.clock.now());
    if (who && parts_.ended.holds(who->session))
        return failure{errc::unauthenticated, "the session has ended"};
    return who;
}

const email_codes& service::codes_for(code_purpose purpose) const {
    return purpose == code_purpose::signup ? parts_.signup_codes : parts_.reset_codes;
}

asio::awaitable<result<bool>> service::email_available(std::string email, std::string client) {
    const allowance checks{"email_check_client", limits_.email_check_client, 1min};
    const auto counted = co_await parts_.counts.take(checks, std::move(client));
    if (!counted) co_return counted.error();
    auto look = [this, email = std::move(email)] {
        return parts_.database.read(
            [&](db::transaction& tx) -> result<bool> { return !is_taken(tx, email); });
    };
    co_return co_await parts_.blocking.run(std::move(look));
}

asio::awaitable<result<void>> service::send_code(code_purpose purpose, std::string email,
                                                 std::string client) {
    const allowance of_client{"codes_client", limits_.codes_client, 1h};
    const allowance of_address{"codes_address", limits_.codes_address, 1h};
    auto counted = co_await parts_.counts.take(of_client, client);
    if (!counted) co_return counted.error();
    auto folded = fold_email(email);
    counted = co_await parts_.counts.take(of_address, std::move(folded));
    if (!counted) {
        co_await parts_.counts.give_back(of_client, client);
        co_return counted.error();
    }
    auto send = [this, purpose, email = std::move(email)] {
        return put_code_on_its_way(purpose, email);
    };
    auto sent = co_await parts_.blocking.run(std::move(send));
    if (sent) parts_.courier.notify();
    co_return sent;
}

/// The same statements whether the address is known or not.
result<void> service::put_code_on_its_way(code_purpose purpose, const std::string& email) {
    if (!is_email(email)) return failure{errc::internal, "no mail goes to what is no address"};
    return parts_.database.write([&](db::transaction& tx) -> result<void> {
        const auto kind = kind_of(purpose, is_taken(tx, email));
        const auto nonce = codes_for(purpose).issue(tx, email, parts_.clock.now());
        append_mail(tx,
                    {.id = make_id<mail_id>(),
                     .kind = kind,
                     .to = email,
                     .nonce = nonce,
                     .key_id = parts_.keys.current().id},
                    email_code_life);
        return {};
    });
}

asio::awaitable<result<void>> service::verify_code(code_purpose purpose, std::string email,
                                                   std::string code) {
    auto look = [this, purpose, email = std::move(email), code = std::move(code)] {
        return parts_.database.write([&](db::transaction& tx) -> result<bool> {
            return codes_for(purpose).look(tx, email, code, parts_.clock.now());
        });
    };
    const auto right = co_await parts_.blocking.run(std::move(look));
    if (!right) co_return right.error();
    if (!*right) co_return wrong_code();
    co_return result<void>{};
}

asio::awaitable<result<account>> service::sign_up(signup request, std::string client) {
    // The code first: whoever has none shall not make the server hash.
    auto look = [this, request] { return look_at_code(request); };
    const auto right = co_await parts_.blocking.run(std::move(look));
    if (!right) co_return right.error();
    if (!*right) co_return wrong_code();

    auto hashed = co_await hash(request.password);
    if (!hashed) co_return hashed.error();

    auto record = [this, request = std::move(request), password_hash = std::move(*hashed),
                   client = std::move(client)] {
        return record_signup(request, password_hash, client);
    };
    auto made = co_await parts_.blocking.run(std::move(record));
    if (!made) co_return made.error();
    if (!*made) co_return wrong_code();
    co_return std::move(**made);
}

result<bool> service::look_at_code(const signup& request) {
    auto look = [&](db::transaction& tx) -> result<bool> {
        if (is_taken(tx, request.email)) return taken();
        return parts_.signup_codes.look(tx, request.email, request.code, parts_.clock.now());
    };
    return parts_.database.write(look);
}

/// Empty when the code is no longer right; the try it cost is committed.
result<std::optional<account>> service::record_signup(const signup& request,
                                                      const std::string& password_hash,
                                                      const std::string& client) {
    auto record = [&](db::transaction& tx) -> result<std::optional<account>> {
        if (is_taken(tx, request.email)) return taken();
        const auto now = parts_.clock.now();
        if (!parts_.signup_codes.use_up(tx, request.email, request.code, now))
            return std::optional<account>{};
        std::optional<account> made = to_account(request, now);
        if (const auto inserted = insert_account(tx, *made, password_hash); !inserted) {
            return inserted.error();
        }
        append_event(tx, {event::signed_up, made->id, client}, now);
        return made;
    };
    return parts_.database.write(record);
}

asio::awaitable<result<account>> service::read(user_id id) {
    auto look = [this, id] {
        return parts_.database.read([&](db::transaction& tx) -> result<account> {
            auto found = find_account(tx, id);
            if (!found) return no_account();
            return std::move(*found);
        });
    };
    co_return co_await parts_.blocking.run(std::move(look));
}

asio::awaitable<result<account>> service::change_profile(user_id id, profile_change change) {
    auto work = [this, id, change = std::move(change)] {
        return parts_.database.write([&](db::transaction& tx) -> result<account> {
            update_profile(tx, id, change);
            auto found = find_account(tx, id);
            if (!found) return no_account();
            return std::move(*found);
        });
    };
    co_return co_await parts_.blocking.run(std::move(work));
}

asio::awaitable<result<account>> service::set_up(std::string token, std::string email,
                                                 std::string password, std::string name,
                                                 std::string client) {
    auto look = [this, token] {
        return parts_.database.read([&](db::transaction& tx) -> result<bool> {
            return is_link(tx, token, parts_.clock.now());
        });
    };
    const auto good = co_await parts_.blocking.run(std::move(look));
    if (!good) co_return good.error();
    if (!*good) co_return no_link();

    auto hashed = co_await hash(std::move(password));
    if (!hashed) co_return hashed.error();

    account admin{make_id<user_id>(), std::move(email),  std::move(name), {}, {},
                  role::admin,        parts_.clock.now()};
    auto record = [this, token = std::move(token), admin = std::move(admin),
                   password_hash = std::move(*hashed), client = std::move(client)] {
        return record_first_admin(token, admin, password_hash, client);
    };
    co_return co_await parts_.blocking.run(std::move(record));
}

result<account> service::record_first_admin(const std::string& token, const account& admin,
                                            const std::string& password_hash,
                                            const std::string& client) {
    auto record = [&](db::transaction& tx) -> result<account> {
        const auto now = parts_.clock.now();
        if (!redeem_link(tx, token, now)) return no_link();
        if (const auto inserted = insert_account(tx, admin, password_hash); !inserted) {
            return inserted.error();
        }
        append_event(tx, {event::admin_created, admin.id, client, "by the set-up link"}, now);
        return admin;
    };
    return parts_.database.write(record);
}

asio::awaitable<result<security_event_id>> service::begin_admin_action(principal who,
                                                                       std::string action,
                                                                       std::string client) {
    auto record = [this, what = security_event{event::admin_action, who.id, std::move(client),
                                               std::move(action), true}] {
        return parts_.database.write([&](db::transaction& tx) -> result<security_event_id> {
            return append_event(tx, what, parts_.clock.now());
        });
    };
    auto begun = co_await parts_.blocking.run(std::move(record));
    // The row may be there. What it names is not done, which is no unknown outcome.
    if (!begun && begun.error().code == errc::outcome_unknown) {
        co_return failure{errc::database_unavailable,
                          "the trail of events cannot be written; nothing was done"};
    }
    co_return begun;
}

asio::awaitable<void> service::end_admin_action(security_event_id action,
                                                std::optional<errc> refused_with) {
    auto record = [this, action, refused_with] {
        return parts_.database.write([&](db::transaction& tx) -> result<void> {
            end_event(tx, action, refused_with);
            return {};
        });
    };
    const auto ended = co_await parts_.blocking.run(std::move(record));
    if (!ended) log::warning("user.event_not_ended", {{"event", to_string(action)}});
}

asio::awaitable<void> service::note(security_event what) {
    const std::string kind{what.kind};
    auto record = [this, what = std::move(what)] {
        return parts_.database.write([&](db::transaction& tx) -> result<void> {
            append_event(tx, what, parts_.clock.now());
            return {};
        });
    };
    const auto noted = co_await parts_.blocking.run(std::move(record));
    if (!noted) log::warning("user.event_not_kept", {{"kind", kind}});
}

asio::awaitable<result<std::string>> service::hash(std::string password) {
    auto work = [password = std::move(password)] { return hash_password(password); };
    co_return co_await hashing_.run(std::move(work));
}

}  // namespace market::user
