#include "service.hpp"

#include "secrets/password.hpp"
#include "sessions/access_token.hpp"

#include <market/base/log.hpp>
#include <market/user/rules.hpp>

#include <utility>

namespace market::user {
namespace {

using namespace std::chrono_literals;

failure wrong_login() {
    return {errc::login_failed, "the e-mail address or the password is wrong"};
}
failure wrong_refresh() {
    return {errc::refresh_invalid, "the refresh token is wrong, used or expired"};
}
failure wrong_code() {
    return {errc::code_invalid, "the code is wrong, used, replaced or too old"};
}
failure wrong_password() { return {errc::password_wrong, "the current password is wrong"}; }

/// Also when nobody knows whether it was committed: to refuse more is safe.
template <class T>
void refuse_tokens_of(const std::vector<ended_session>& ended, const result<T>& committed,
                      ended_sessions& from_now_on) {
    if (committed || committed.error().code == errc::outcome_unknown) from_now_on.add(ended);
}

allowance logins_of_account(const throttle_limits& limits) {
    return {"login_account", limits.login_account, 15min};
}
allowance logins_of_client(const throttle_limits& limits) {
    return {"login_client", limits.login_client, 15min};
}

}  // namespace

/// Counted before the password is looked at, so that many tries at once are no way around; one that
/// did not fail is taken out again.
asio::awaitable<result<void>> service::count_login(std::string account, std::string client) {
    const auto of_client = logins_of_client(limits_);
    const auto of_account = logins_of_account(limits_);
    auto counted = co_await parts_.counts.take(of_client, client);
    if (!counted) co_return counted.error();
    counted = co_await parts_.counts.take(of_account, std::move(account));
    if (!counted) co_await parts_.counts.give_back(of_client, client);
    co_return counted;
}

asio::awaitable<void> service::uncount_login(std::string account, std::string client) {
    const auto of_client = logins_of_client(limits_);
    const auto of_account = logins_of_account(limits_);
    co_await parts_.counts.give_back(of_client, std::move(client));
    co_await parts_.counts.give_back(of_account, std::move(account));
}

/// Takes the time of a hash for an unknown account too. Empty: wrong.
asio::awaitable<result<std::optional<credentials>>> service::check_password(
    std::optional<credentials> known, std::string password) {
    auto compare = [expected = known ? known->password_hash : dummy_hash_,
                    password = std::move(password)] { return is_password(expected, password); };
    const auto right = co_await hashing_.run(std::move(compare));
    if (!right) co_return right.error();
    if (!*right) known.reset();
    co_return known;
}

asio::awaitable<result<token_pair>> service::log_in(std::string email, std::string password,
                                                    std::string client) {
    const auto account = fold_email(email);
    const auto counted = co_await count_login(account, client);
    if (!counted) co_return counted.error();
    auto outcome = co_await log_in_counted(std::move(email), std::move(password), client);
    const bool failed = !outcome && outcome.error().code == errc::login_failed;
    if (!failed) co_await uncount_login(account, client);
    co_return outcome;
}

asio::awaitable<result<token_pair>> service::log_in_counted(std::string email, std::string password,
                                                            std::string client) {
    auto find = [this, email = std::move(email)] {
        return parts_.database.read([&](db::transaction& tx) -> result<std::optional<credentials>> {
            return find_credentials(tx, email);
        });
    };
    auto found = co_await parts_.blocking.run(std::move(find));
    if (!found) co_return found.error();
    const auto whose = *found ? std::optional{(*found)->id} : std::nullopt;

    auto right = co_await check_password(std::move(*found), std::move(password));
    if (!right) co_return right.error();
    if (*right) co_return co_await begin_session(std::move(**right), std::move(client));
    security_event what{event::login_failed, whose, std::move(client), ""};
    co_await note(std::move(what));
    co_return wrong_login();
}

asio::awaitable<result<token_pair>> service::begin_session(credentials known, std::string client) {
    auto open = [this, known = std::move(known),
                 client = std::move(client)]() -> result<token_pair> {
        const auto now = parts_.clock.now();
        const auto claim = parts_.database.write([&](db::transaction& tx) -> result<refresh_claim> {
            // It may have been changed while the hash was computed.
            if (!hold_password(tx, known.id, known.password_hash)) return wrong_login();
            append_event(tx, {event::logged_in, known.id, client}, now);
            return open_session(tx, known.id, now);
        });
        if (!claim) return claim.error();
        return make_pair(known.id, known.role, *claim, now);
    };
    co_return co_await parts_.blocking.run(std::move(open));
}

asio::awaitable<result<token_pair>> service::refresh(std::string refresh_token,
                                                     std::string client) {
    const auto claim = refresh_tokens_.read(refresh_token);
    if (!claim) co_return wrong_refresh();
    const allowance of_session{"refresh_session", limits_.refresh_session, 1h};
    auto session = to_string(claim->session);
    const auto counted = co_await parts_.counts.take(of_session, std::move(session));
    if (!counted) co_return counted.error();

    auto work = [this, claim = *claim, client = std::move(client)] {
        return rotate(claim, client);
    };
    auto pair = co_await parts_.blocking.run(std::move(work));
    if (!pair) co_return pair.error();
    if (!*pair) co_return wrong_refresh();
    co_return std::move(**pair);
}

result<std::optional<token_pair>> service::rotate(const refresh_claim& claim,
                                                  const std::string& client) {
    const auto now = parts_.clock.now();
    std::optional<role> held;
    std::vector<ended_session> ended;
    const auto outcome = parts_.database.write([&](db::transaction& tx) -> result<rotation> {
        auto turned = rotate_session(tx, claim, now);
        ended = turned.ended;
        if (turned.reused_of)
            append_event(tx, {event::refresh_reused, turned.reused_of, client}, now);
        held = turned.session ? find_role(tx, turned.session->user) : std::nullopt;
        return turned;
    });
    refuse_tokens_of(ended, outcome, parts_.ended);
    if (!outcome) return outcome.error();
    if (outcome->reused_of)
        log::warning("user.refresh_reused", {{"user", to_string(*outcome->reused_of)}});
    if (!outcome->session || !held) return std::optional<token_pair>{};
    return std::optional{make_pair(outcome->session->user, *held, outcome->session->claim, now)};
}

asio::awaitable<result<void>> service::log_out(principal who, std::string client) {
    return end(who, false, std::move(client));
}

asio::awaitable<result<void>> service::log_out_all(principal who, std::string client) {
    return end(who, true, std::move(client));
}

asio::awaitable<result<void>> service::end(principal who, bool all, std::string client) {
    auto work = [this, who, all, client = std::move(client)]() -> result<void> {
        const auto now = parts_.clock.now();
        std::vector<ended_session> ended;
        const auto done = parts_.database.write([&](db::transaction& tx) -> result<void> {
            ended = end_session(tx, who.session, now);
            if (all) {
                const auto others = end_sessions_of(tx, who.id, std::nullopt, now);
                ended.insert(ended.end(), others.begin(), others.end());
            }
            append_event(tx, {all ? event::logged_out_all : event::logged_out, who.id, client},
                         now);
            return {};
        });
        refuse_tokens_of(ended, done, parts_.ended);
        return done;
    };
    co_return co_await parts_.blocking.run(std::move(work));
}

asio::awaitable<result<void>> service::reset_password(std::string email, std::string code,
                                                      std::string new_password,
                                                      std::string client) {
    auto look = [this, email, code] {
        return parts_.database.write([&](db::transaction& tx) -> result<bool> {
            return parts_.reset_codes.look(tx, email, code, parts_.clock.now());
        });
    };
    const auto right = co_await parts_.blocking.run(std::move(look));
    if (!right) co_return right.error();
    if (!*right) co_return wrong_code();

    auto hashed = co_await hash(std::move(new_password));
    if (!hashed) co_return hashed.error();

    auto record = [this, email = std::move(email), code = std::move(code),
                   password_hash = std::move(*hashed), client = std::move(client)] {
        return record_reset(email, code, password_hash, client);
    };
    const auto done = co_await parts_.blocking.run(std::move(record));
    if (!done) co_return done.error();
    if (!*done) co_return wrong_code();
    co_return result<void>{};
}

/// False when the code is no longer right, or was never mailed since there is no account.
result<bool> service::record_reset(const std::string& email, const std::string& code,
                                   const std::string& password_hash, const std::string& client) {
    const auto now = parts_.clock.now();
    std::vector<ended_session> ended;
    const auto done = parts_.database.write([&](db::transaction& tx) -> result<bool> {
        ended.clear();  // of a try that a deadlock ended
        if (!parts_.reset_codes.use_up(tx, email, code, now)) return false;
        const auto known = find_credentials(tx, email);
        if (!known) return false;
        // The account's row first: a login under way with the old password waits, then fails.
        replace_password(tx, known->id, password_hash);
        ended = end_sessions_of(tx, known->id, std::nullopt, now);
        append_event(tx, {event::password_reset, known->id, client}, now);
        return true;
    });
    refuse_tokens_of(ended, done, parts_.ended);
    return done;
}

asio::awaitable<result<void>> service::change_password(principal who, std::string current,
                                                       std::string new_password,
                                                       std::string client) {
    auto find = [this, id = who.id] {
        return parts_.database.read([&](db::transaction& tx) -> result<credentials> {
            auto known = find_credentials(tx, id);
            if (!known) return failure{errc::unauthenticated, "the account does not exist"};
            return std::move(*known);
        });
    };
    auto known = co_await parts_.blocking.run(std::move(find));
    if (!known) co_return known.error();
    const auto account = known->email_folded;
    const auto counted = co_await count_login(account, client);
    if (!counted) co_return counted.error();
    auto outcome = co_await change_password_counted(who, std::move(*known), std::move(current),
                                                    std::move(new_password), client);
    const bool failed = !outcome && outcome.error().code == errc::password_wrong;
    if (!failed) co_await uncount_login(account, client);
    co_return outcome;
}

asio::awaitable<result<void>> service::change_password_counted(principal who, credentials known,
                                                               std::string current,
                                                               std::string new_password,
                                                               std::string client) {
    std::optional<credentials> expected{known};
    const auto right = co_await check_password(std::move(expected), std::move(current));
    if (!right) co_return right.error();
    if (!*right) {
        security_event what{event::password_change_failed, who.id, std::move(client), ""};
        co_await note(std::move(what));
        co_return wrong_password();
    }
    auto hashed = co_await hash(std::move(new_password));
    if (!hashed) co_return hashed.error();
    auto record = [this, who, old_hash = std::move(known.password_hash),
                   new_hash = std::move(*hashed), client = std::move(client)] {
        return record_change(who, old_hash, new_hash, client);
    };
    const auto done = co_await parts_.blocking.run(std::move(record));
    if (!done) co_return done.error();
    if (!*done) co_return wrong_password();
    co_return result<void>{};
}

/// False when the password was changed by someone else meanwhile.
result<bool> service::record_change(const principal& who, const std::string& old_hash,
                                    const std::string& new_hash, const std::string& client) {
    const auto now = parts_.clock.now();
    std::vector<ended_session> ended;
    const auto done = parts_.database.write([&](db::transaction& tx) -> result<bool> {
        ended.clear();  // of a try that a deadlock ended
        if (!hold_password(tx, who.id, old_hash)) return false;
        replace_password(tx, who.id, new_hash);
        ended = end_sessions_of(tx, who.id, who.session, now);
        append_event(tx, {event::password_changed, who.id, client}, now);
        return true;
    });
    refuse_tokens_of(ended, done, parts_.ended);
    return done;
}

token_pair service::make_pair(user_id user, role held, const refresh_claim& claim,
                              instant now) const {
    return {sign_access_token(parts_.keys.current(), {user, held, claim.session}, now),
            access_token_life, refresh_tokens_.make(claim)};
}

}  // namespace market::user
