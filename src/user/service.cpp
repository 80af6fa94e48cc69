#include "service.hpp"

#include "access_token.hpp"
#include "password.hpp"
#include "set_up_links.hpp"

#include <utility>

namespace market::user {
namespace {

failure taken() { return {errc::email_taken, "the e-mail address belongs to an account"}; }
failure wrong_code() {
    return {errc::code_invalid, "the code is wrong, used, replaced or too old"};
}
failure wrong_login() {
    return {errc::login_failed, "the e-mail address or the password is wrong"};
}
failure wrong_refresh() {
    return {errc::refresh_invalid, "the refresh token is wrong, used or expired"};
}
failure no_link() { return {errc::not_found, "the set-up link is wrong, used or expired"}; }
failure no_account() { return {errc::unauthenticated, "the account does not exist"}; }

account to_account(const signup& request, instant now) {
    return {make_id<user_id>(), request.email, request.name, request.phone,
            request.address,    role::user,    now};
}

}  // namespace

service::service(db::database& database, worker_pool& blocking, const wall_clock& clock,
                 settings chosen, std::unique_ptr<mailer> post, std::string dummy_hash)
    : database_(database),
      blocking_(blocking),
      clock_(clock),
      secret_(std::move(chosen.secret)),
      mailer_(std::move(post)),
      signup_codes_(secret_, "signup"),
      refresh_tokens_(secret_),
      dummy_hash_(std::move(dummy_hash)),
      hashing_(chosen.hash_threads, chosen.hash_queue_max) {}

result<principal> service::authenticate(std::string_view access_token) const {
    return verify_access_token(secret_, access_token, clock_.now());
}

asio::awaitable<result<bool>> service::email_available(std::string email) {
    auto look = [this, email = std::move(email)] {
        return database_.read(
            [&](db::transaction& tx) -> result<bool> { return !is_taken(tx, email); });
    };
    co_return co_await blocking_.run(std::move(look));
}

asio::awaitable<result<void>> service::send_signup_code(std::string email) {
    auto send = [this, email = std::move(email)]() -> result<void> {
        const auto composed = compose_signup_mail(email);
        if (!composed) return composed.error();
        return mailer_->send(*composed);
    };
    co_return co_await blocking_.run(std::move(send));
}

result<mail> service::compose_signup_mail(const std::string& email) {
    auto issue = [&](db::transaction& tx) -> result<mail> {
        if (is_taken(tx, email)) {
            return mail{
                email, "You have an account already",
                "Someone asked for a sign-up code for this address, which belongs to an account.\n"
                "If it was you, log in. If not, there is nothing to do.\n"};
        }
        const std::string code = signup_codes_.issue(tx, email, clock_.now());
        return mail{email, "Your sign-up code is " + code,
                    "Your sign-up code: " + code +
                        "\n\nIt is valid for 10 minutes and can be used once.\n"
                        "If you did not ask for it, there is nothing to do.\n"};
    };
    return database_.write(issue);
}

asio::awaitable<result<void>> service::verify_signup_code(std::string email, std::string code) {
    auto look = [this, email = std::move(email), code = std::move(code)] {
        return database_.write([&](db::transaction& tx) -> result<bool> {
            return signup_codes_.look(tx, email, code, clock_.now());
        });
    };
    const auto right = co_await blocking_.run(std::move(look));
    if (!right) co_return right.error();
    if (!*right) co_return wrong_code();
    co_return result<void>{};
}

asio::awaitable<result<account>> service::sign_up(signup request) {
    // The code first: whoever has none shall not make the server hash.
    auto look = [this, request] { return look_at_code(request); };
    const auto right = co_await blocking_.run(std::move(look));
    if (!right) co_return right.error();
    if (!*right) co_return wrong_code();

    auto hashed = co_await hash(request.password);
    if (!hashed) co_return hashed.error();

    auto record = [this, request = std::move(request), password_hash = std::move(*hashed)] {
        return record_signup(request, password_hash);
    };
    auto made = co_await blocking_.run(std::move(record));
    if (!made) co_return made.error();
    if (!*made) co_return wrong_code();
    co_return std::move(**made);
}

result<bool> service::look_at_code(const signup& request) {
    auto look = [&](db::transaction& tx) -> result<bool> {
        if (is_taken(tx, request.email)) return taken();
        return signup_codes_.look(tx, request.email, request.code, clock_.now());
    };
    return database_.write(look);
}

/// Empty when the code is no longer right; the try it cost is committed.
result<std::optional<account>> service::record_signup(const signup& request,
                                                      const std::string& password_hash) {
    auto record = [&](db::transaction& tx) -> result<std::optional<account>> {
        if (is_taken(tx, request.email)) return taken();
        const auto now = clock_.now();
        if (!signup_codes_.use_up(tx, request.email, request.code, now))
            return std::optional<account>{};
        std::optional<account> made = to_account(request, now);
        if (const auto inserted = insert_account(tx, *made, password_hash); !inserted) {
            return inserted.error();
        }
        return made;
    };
    return database_.write(record);
}

asio::awaitable<result<token_pair>> service::log_in(std::string email, std::string password) {
    auto find = [this, email = std::move(email)] {
        return database_.read([&](db::transaction& tx) -> result<std::optional<credentials>> {
            return find_credentials(tx, email);
        });
    };
    const auto found = co_await blocking_.run(std::move(find));
    if (!found) co_return found.error();

    const auto& known = *found;
    auto compare = [expected = known ? known->password_hash : dummy_hash_,
                    password = std::move(password)] { return is_password(expected, password); };
    const auto right = co_await hashing_.run(std::move(compare));
    if (!right) co_return right.error();
    if (!known || !*right) co_return wrong_login();
    co_return co_await begin_session(known->id, known->role);
}

asio::awaitable<result<token_pair>> service::begin_session(user_id user, role held) {
    auto open = [this, user, held]() -> result<token_pair> {
        const auto now = clock_.now();
        const auto claim = database_.write([&](db::transaction& tx) -> result<refresh_claim> {
            return open_session(tx, user, now);
        });
        if (!claim) return claim.error();
        return make_pair(user, held, *claim, now);
    };
    co_return co_await blocking_.run(std::move(open));
}

asio::awaitable<result<token_pair>> service::refresh(std::string refresh_token) {
    const auto claim = refresh_tokens_.read(refresh_token);
    if (!claim) co_return wrong_refresh();

    struct renewed {
        rotated turn;
        role held;
    };
    auto rotate = [this, claim = *claim]() -> result<token_pair> {
        const auto now = clock_.now();
        const auto next =
            database_.write([&](db::transaction& tx) -> result<std::optional<renewed>> {
                const auto turn = rotate_session(tx, claim, now);
                if (!turn) return std::optional<renewed>{};
                const auto held = find_role(tx, turn->user);
                if (!held) return std::optional<renewed>{};
                return std::optional{renewed{*turn, *held}};
            });
        if (!next) return next.error();
        if (!*next) return wrong_refresh();
        return make_pair((*next)->turn.user, (*next)->held, (*next)->turn.next, now);
    };
    co_return co_await blocking_.run(std::move(rotate));
}

asio::awaitable<result<account>> service::read(user_id id) {
    auto look = [this, id] {
        return database_.read([&](db::transaction& tx) -> result<account> {
            auto found = find_account(tx, id);
            if (!found) return no_account();
            return std::move(*found);
        });
    };
    co_return co_await blocking_.run(std::move(look));
}

asio::awaitable<result<account>> service::set_up(std::string token, std::string email,
                                                 std::string password, std::string name) {
    auto look = [this, token] {
        return database_.read(
            [&](db::transaction& tx) -> result<bool> { return is_link(tx, token, clock_.now()); });
    };
    const auto good = co_await blocking_.run(std::move(look));
    if (!good) co_return good.error();
    if (!*good) co_return no_link();

    auto hashed = co_await hash(std::move(password));
    if (!hashed) co_return hashed.error();

    account admin{make_id<user_id>(), std::move(email), std::move(name), {}, {},
                  role::admin,        clock_.now()};
    auto record = [this, token = std::move(token), admin = std::move(admin),
                   password_hash = std::move(*hashed)] {
        return record_first_admin(token, admin, password_hash);
    };
    co_return co_await blocking_.run(std::move(record));
}

result<account> service::record_first_admin(const std::string& token, const account& admin,
                                            const std::string& password_hash) {
    auto record = [&](db::transaction& tx) -> result<account> {
        if (!redeem_link(tx, token, clock_.now())) return no_link();
        if (const auto inserted = insert_account(tx, admin, password_hash); !inserted) {
            return inserted.error();
        }
        return admin;
    };
    return database_.write(record);
}

asio::awaitable<result<std::string>> service::hash(std::string password) {
    auto work = [password = std::move(password)] { return hash_password(password); };
    co_return co_await hashing_.run(std::move(work));
}

token_pair service::make_pair(user_id user, role held, const refresh_claim& claim,
                              instant now) const {
    return {sign_access_token(secret_, {user, held, claim.session}, now), access_token_life,
            refresh_tokens_.make(claim)};
}

}  // namespace market::user
