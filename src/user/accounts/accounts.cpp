#include "accounts/accounts.hpp"

#include "accounts/account_queries.hpp"
#include "accounts/set_up_links.hpp"
#include "mail/mail_queries.hpp"
#include "trail/security_events.hpp"

#include <market/user/rules.hpp>

#include <optional>
#include <utility>

namespace market::user {
namespace {

using namespace std::chrono_literals;

failure email_taken() { return {errc::email_taken, "the e-mail address belongs to an account"}; }
failure no_link() { return {errc::not_found, "the set-up link is wrong, used or expired"}; }

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

result<account> find_existing(db::transaction& tx, user_id id) {
    auto row = find_account(tx, id);
    if (!row) return failure{errc::unauthenticated, "the account does not exist"};
    return std::move(*row);
}

}  // namespace

const email_codes& accounts::codes_for(code_purpose purpose) const {
    return purpose == code_purpose::signup ? parts_.signup_codes : parts_.reset_codes;
}

asio::awaitable<result<bool>> accounts::email_available(std::string email, std::string client) {
    const allowance checks{"email_check_client", parts_.limits.email_check_client, 1min};
    const auto admitted = co_await parts_.throttle.take(checks, std::move(client));
    if (!admitted) co_return admitted.error();
    auto find = [email = std::move(email)](db::transaction& tx) -> result<bool> {
        return !is_taken(tx, email);
    };
    co_return co_await parts_.database.read(std::move(find));
}

asio::awaitable<result<void>> accounts::send_code(code_purpose purpose, std::string email,
                                                  std::string client) {
    const allowance of_client{"codes_client", parts_.limits.codes_client, 1h};
    const allowance of_address{"codes_address", parts_.limits.codes_address, 1h};
    auto admitted = co_await parts_.throttle.take(of_client, client);
    if (!admitted) co_return admitted.error();
    auto folded = fold_email(email);
    admitted = co_await parts_.throttle.take(of_address, std::move(folded));
    if (!admitted) {
        co_await parts_.throttle.give_back(of_client, client);
        co_return admitted.error();
    }
    if (!is_email(email)) co_return failure{errc::internal, "no mail goes to what is no address"};
    auto issue = [this, purpose, email = std::move(email)](db::transaction& tx) -> result<void> {
        issue_code(tx, purpose, email);
        return {};
    };
    const auto outcome = co_await parts_.database.write(std::move(issue));
    if (outcome) parts_.mails.notify();
    co_return outcome;
}

/// The same statements whether the address is known or not.
void accounts::issue_code(db::transaction& tx, code_purpose purpose,
                          const std::string& email) const {
    const auto kind = kind_of(purpose, is_taken(tx, email));
    const auto nonce = codes_for(purpose).issue(tx, email, parts_.clock.now());
    append_mail(tx,
                {.id = make_id<mail_id>(),
                 .kind = kind,
                 .to = email,
                 .nonce = nonce,
                 .key_id = parts_.keys.current().id},
                email_code_life);
}

asio::awaitable<result<void>> accounts::verify_code(code_purpose purpose, std::string email,
                                                    std::string code) {
    auto check = [this, purpose, email = std::move(email),
                  code = std::move(code)](db::transaction& tx) -> result<bool> {
        return codes_for(purpose).check(tx, email, code, parts_.clock.now());
    };
    const auto is_valid = co_await parts_.database.write(std::move(check));
    if (!is_valid) co_return is_valid.error();
    if (!*is_valid) co_return code_invalid();
    co_return result<void>{};
}

asio::awaitable<result<account>> accounts::sign_up(signup request, std::string client) {
    // The code first, so that a request without one costs no hash.
    auto check = [this, email = request.email,
                  code = request.code](db::transaction& tx) -> result<bool> {
        if (is_taken(tx, email)) return email_taken();
        return parts_.signup_codes.check(tx, email, code, parts_.clock.now());
    };
    const auto is_valid = co_await parts_.database.write(std::move(check));
    if (!is_valid) co_return is_valid.error();
    if (!*is_valid) co_return code_invalid();

    auto password_hash = co_await parts_.passwords.hash(request.password);
    if (!password_hash) co_return password_hash.error();

    // Empty when the code is no longer valid; the try it cost is committed.
    auto insert = [this, request = std::move(request), hash = std::move(*password_hash),
                   client =
                       std::move(client)](db::transaction& tx) -> result<std::optional<account>> {
        if (is_taken(tx, request.email)) return email_taken();
        const auto now = parts_.clock.now();
        if (!parts_.signup_codes.use_up(tx, request.email, request.code, now))
            return std::optional<account>{};
        std::optional<account> buyer = to_account(request, now);
        if (const auto inserted = insert_account(tx, *buyer, hash); !inserted)
            return inserted.error();
        append_event(tx, {event::signed_up, buyer->id, client}, now);
        return buyer;
    };
    auto buyer = co_await parts_.database.write(std::move(insert));
    if (!buyer) co_return buyer.error();
    if (!*buyer) co_return code_invalid();
    co_return std::move(**buyer);
}

asio::awaitable<result<account>> accounts::set_up(std::string token, std::string email,
                                                  std::string password, std::string name,
                                                  std::string client) {
    auto find = [this, token](db::transaction& tx) -> result<bool> {
        return is_link(tx, token, parts_.clock.now());
    };
    const auto is_valid = co_await parts_.database.read(std::move(find));
    if (!is_valid) co_return is_valid.error();
    if (!*is_valid) co_return no_link();

    auto password_hash = co_await parts_.passwords.hash(std::move(password));
    if (!password_hash) co_return password_hash.error();

    account admin{make_id<user_id>(), std::move(email),  std::move(name), {}, {},
                  role::admin,        parts_.clock.now()};
    auto insert = [this, token = std::move(token), admin = std::move(admin),
                   hash = std::move(*password_hash),
                   client = std::move(client)](db::transaction& tx) -> result<account> {
        const auto now = parts_.clock.now();
        if (!redeem_link(tx, token, now)) return no_link();
        if (const auto inserted = insert_account(tx, admin, hash); !inserted)
            return inserted.error();
        append_event(tx, {event::admin_created, admin.id, client, "by the set-up link"}, now);
        return admin;
    };
    co_return co_await parts_.database.write(std::move(insert));
}

asio::awaitable<result<account>> accounts::read(user_id id) {
    auto find = [id](db::transaction& tx) { return find_existing(tx, id); };
    return parts_.database.read(std::move(find));
}

asio::awaitable<result<account>> accounts::change_profile(user_id id, profile_change change) {
    auto update = [id, change = std::move(change)](db::transaction& tx) {
        update_profile(tx, id, change);
        return find_existing(tx, id);
    };
    return parts_.database.write(std::move(update));
}

}  // namespace market::user
