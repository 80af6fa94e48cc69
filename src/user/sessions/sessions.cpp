#include "sessions/sessions.hpp"

#include "sessions/access_token.hpp"
#include "sessions/session_queries.hpp"

#include <market/base/log.hpp>
#include <market/user/rules.hpp>

#include <optional>
#include <utility>

namespace market::user {
namespace {

using namespace std::chrono_literals;

failure login_failed() {
    return {errc::login_failed, "the e-mail address or the password is wrong"};
}
failure refresh_invalid() {
    return {errc::refresh_invalid, "the refresh token is wrong, used or expired"};
}
failure password_wrong() { return {errc::password_wrong, "the current password is wrong"}; }

allowance logins_of_account(const throttle_limits& limits) {
    return {"login_account", limits.login_account, 15min};
}
allowance logins_of_client(const throttle_limits& limits) {
    return {"login_client", limits.login_client, 15min};
}

}  // namespace

template <class Work>
auto sessions::write_ending(Work work)
    -> asio::awaitable<std::invoke_result_t<Work&, db::transaction&, std::vector<ended_session>&>> {
    auto write = [in_memory = &parts_.ended,
                  work = std::move(work)](db::database& database) mutable {
        std::vector<ended_session> ended;
        auto attempt = [&](db::transaction& tx) {
            ended.clear();  // of an attempt that a deadlock ended
            return work(tx, ended);
        };
        auto outcome = database.write(attempt);
        // Also when nobody knows whether it was committed: to refuse more is safe.
        if (outcome || outcome.error().code == errc::outcome_unknown) in_memory->add(ended);
        return outcome;
    };
    return parts_.database.run(std::move(write));
}

result<principal> sessions::authenticate(std::string_view access_token) const {
    auto who = verify_access_token(parts_.keys, access_token, parts_.clock.now());
    if (who && parts_.ended.contains(who->session))
        return failure{errc::unauthenticated, "the session has ended"};
    return who;
}

/// Counts before the password is compared, so that many tries at once are no way around. A try that
/// did not fail is taken out again.
asio::awaitable<result<void>> sessions::count_login(std::string account, std::string client) {
    const auto of_client = logins_of_client(parts_.limits);
    const auto of_account = logins_of_account(parts_.limits);
    auto admitted = co_await parts_.throttle.take(of_client, client);
    if (!admitted) co_return admitted.error();
    admitted = co_await parts_.throttle.take(of_account, std::move(account));
    if (!admitted) co_await parts_.throttle.give_back(of_client, client);
    co_return admitted;
}

asio::awaitable<void> sessions::uncount_login(std::string account, std::string client) {
    const auto of_client = logins_of_client(parts_.limits);
    const auto of_account = logins_of_account(parts_.limits);
    co_await parts_.throttle.give_back(of_client, std::move(client));
    co_await parts_.throttle.give_back(of_account, std::move(account));
}

asio::awaitable<result<token_pair>> sessions::log_in(std::string email, std::string password,
                                                     std::string client) {
    const auto account = fold_email(email);
    const auto admitted = co_await count_login(account, client);
    if (!admitted) co_return admitted.error();
    auto outcome = co_await try_log_in(std::move(email), std::move(password), client);
    const bool failed = !outcome && outcome.error().code == errc::login_failed;
    if (!failed) co_await uncount_login(account, client);
    co_return outcome;
}

asio::awaitable<result<token_pair>> sessions::try_log_in(std::string email, std::string password,
                                                         std::string client) {
    auto find = [email =
                     std::move(email)](db::transaction& tx) -> result<std::optional<credentials>> {
        return find_credentials(tx, email);
    };
    auto account = co_await parts_.database.read(std::move(find));
    if (!account) co_return account.error();
    std::optional<user_id> user;
    std::optional<std::string> password_hash;
    if (*account) {
        user = (*account)->id;
        password_hash = (*account)->password_hash;
    }
    const auto matches =
        co_await parts_.passwords.matches(std::move(password_hash), std::move(password));
    if (!matches) co_return matches.error();
    if (*matches) co_return co_await open_session_of(std::move(**account), std::move(client));
    security_event failed_login{event::login_failed, user, std::move(client), ""};
    co_await parts_.trail.append(std::move(failed_login));
    co_return login_failed();
}

asio::awaitable<result<token_pair>> sessions::open_session_of(credentials account,
                                                              std::string client) {
    const auto now = parts_.clock.now();
    auto open = [account, client = std::move(client),
                 now](db::transaction& tx) -> result<refresh_claim> {
        // It may have been changed while the hash was computed.
        if (!lock_password(tx, account.id, account.password_hash)) return login_failed();
        append_event(tx, {event::logged_in, account.id, client}, now);
        return open_session(tx, account.id, now);
    };
    const auto claim = co_await parts_.database.write(std::move(open));
    if (!claim) co_return claim.error();
    co_return make_pair(account.id, account.role, *claim, now);
}

asio::awaitable<result<token_pair>> sessions::refresh(std::string refresh_token,
                                                      std::string client) {
    const auto claim = refresh_tokens_.read(refresh_token);
    if (!claim) co_return refresh_invalid();
    const allowance of_session{"refresh_session", parts_.limits.refresh_session, 1h};
    auto session = to_string(claim->session);
    const auto admitted = co_await parts_.throttle.take(of_session, std::move(session));
    if (!admitted) co_return admitted.error();

    using rotation_and_role = std::pair<rotation, std::optional<role>>;
    const auto now = parts_.clock.now();
    auto rotate = [claim = *claim, client = std::move(client), now](
                      db::transaction& tx,
                      std::vector<ended_session>& ended) -> result<rotation_and_role> {
        auto rotated = rotate_session(tx, claim, now);
        ended = rotated.ended;
        if (rotated.reused_of)
            append_event(tx, {event::refresh_reused, rotated.reused_of, client}, now);
        const auto held_role =
            rotated.session ? find_role(tx, rotated.session->user) : std::nullopt;
        return rotation_and_role{std::move(rotated), held_role};
    };
    const auto outcome = co_await write_ending(std::move(rotate));
    if (!outcome) co_return outcome.error();
    const auto& [rotated, held_role] = *outcome;
    if (rotated.reused_of)
        log::warning("user.refresh_reused", {{"user", to_string(*rotated.reused_of)}});
    if (!rotated.session || !held_role) co_return refresh_invalid();
    co_return make_pair(rotated.session->user, *held_role, rotated.session->claim, now);
}

asio::awaitable<result<void>> sessions::log_out(principal who, std::string client) {
    return end(who, false, std::move(client));
}

asio::awaitable<result<void>> sessions::log_out_all(principal who, std::string client) {
    return end(who, true, std::move(client));
}

asio::awaitable<result<void>> sessions::end(principal who, bool all, std::string client) {
    auto end = [who, all, client = std::move(client), now = parts_.clock.now()](
                   db::transaction& tx, std::vector<ended_session>& ended) -> result<void> {
        ended = end_session(tx, who.session, now);
        if (all) {
            const auto others = end_sessions_of(tx, who.id, std::nullopt, now);
            ended.insert(ended.end(), others.begin(), others.end());
        }
        append_event(tx, {all ? event::logged_out_all : event::logged_out, who.id, client}, now);
        return {};
    };
    return write_ending(std::move(end));
}

asio::awaitable<result<void>> sessions::reset_password(std::string email, std::string code,
                                                       std::string new_password,
                                                       std::string client) {
    auto check = [this, email, code](db::transaction& tx) -> result<bool> {
        return parts_.reset_codes.check(tx, email, code, parts_.clock.now());
    };
    const auto is_valid = co_await parts_.database.write(std::move(check));
    if (!is_valid) co_return is_valid.error();
    if (!*is_valid) co_return code_invalid();

    auto new_hash = co_await parts_.passwords.hash(std::move(new_password));
    if (!new_hash) co_return new_hash.error();

    // False when the code is no longer valid, or was never mailed since there is no account.
    auto replace = [this, email = std::move(email), code = std::move(code),
                    new_hash = std::move(*new_hash), client = std::move(client),
                    now = parts_.clock.now()](db::transaction& tx,
                                              std::vector<ended_session>& ended) -> result<bool> {
        if (!parts_.reset_codes.use_up(tx, email, code, now)) return false;
        const auto account = find_credentials(tx, email);
        if (!account) return false;
        // The account's row first: a login under way with the old password waits, then fails.
        replace_password(tx, account->id, new_hash);
        ended = end_sessions_of(tx, account->id, std::nullopt, now);
        append_event(tx, {event::password_reset, account->id, client}, now);
        return true;
    };
    const auto is_replaced = co_await write_ending(std::move(replace));
    if (!is_replaced) co_return is_replaced.error();
    if (!*is_replaced) co_return code_invalid();
    co_return result<void>{};
}

asio::awaitable<result<void>> sessions::change_password(principal who, std::string current,
                                                        std::string new_password,
                                                        std::string client) {
    auto find = [id = who.id](db::transaction& tx) -> result<credentials> {
        auto account = find_credentials(tx, id);
        if (!account) return failure{errc::unauthenticated, "the account does not exist"};
        return std::move(*account);
    };
    auto account = co_await parts_.database.read(std::move(find));
    if (!account) co_return account.error();
    const auto email = account->email_folded;
    const auto admitted = co_await count_login(email, client);
    if (!admitted) co_return admitted.error();
    auto outcome = co_await try_change_password(who, std::move(*account), std::move(current),
                                                std::move(new_password), client);
    const bool failed = !outcome && outcome.error().code == errc::password_wrong;
    if (!failed) co_await uncount_login(email, client);
    co_return outcome;
}

asio::awaitable<result<void>> sessions::try_change_password(principal who, credentials account,
                                                            std::string current,
                                                            std::string new_password,
                                                            std::string client) {
    std::optional<std::string> password_hash{account.password_hash};
    const auto matches =
        co_await parts_.passwords.matches(std::move(password_hash), std::move(current));
    if (!matches) co_return matches.error();
    if (!*matches) {
        security_event failed_change{event::password_change_failed, who.id, std::move(client), ""};
        co_await parts_.trail.append(std::move(failed_change));
        co_return password_wrong();
    }
    auto new_hash = co_await parts_.passwords.hash(std::move(new_password));
    if (!new_hash) co_return new_hash.error();

    // False when another request changed the password meanwhile.
    auto replace = [who, old_hash = std::move(account.password_hash),
                    new_hash = std::move(*new_hash), client = std::move(client),
                    now = parts_.clock.now()](db::transaction& tx,
                                              std::vector<ended_session>& ended) -> result<bool> {
        if (!lock_password(tx, who.id, old_hash)) return false;
        replace_password(tx, who.id, new_hash);
        ended = end_sessions_of(tx, who.id, who.session, now);
        append_event(tx, {event::password_changed, who.id, client}, now);
        return true;
    };
    const auto is_replaced = co_await write_ending(std::move(replace));
    if (!is_replaced) co_return is_replaced.error();
    if (!*is_replaced) co_return password_wrong();
    co_return result<void>{};
}

token_pair sessions::make_pair(user_id user, role of_user, const refresh_claim& claim,
                               instant now) const {
    return {sign_access_token(parts_.keys.current(), {user, of_user, claim.session}, now),
            access_token_life, refresh_tokens_.make(claim)};
}

}  // namespace market::user
