#pragma once
/// The use cases of sessions: access tokens, log-in, refresh, log-out, and the two ways to a new
/// password, which end sessions too.
#include "accounts/account_queries.hpp"
#include "mail/email_codes.hpp"
#include "secrets/password_hasher.hpp"
#include "secrets/signing_keys.hpp"
#include "sessions/ended_sessions.hpp"
#include "sessions/refresh_tokens.hpp"
#include "trail/security_trail.hpp"

#include <market/base/clock.hpp>
#include <market/base/error.hpp>
#include <market/db/async_database.hpp>
#include <market/user/throttle.hpp>
#include <market/user/user_module.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace market::user {

/// What sessions work with; all of it outlives them.
struct session_parts {
    db::async_database database;
    const wall_clock& clock;
    const throttle_limits& limits;
    user::throttle& throttle;
    const signing_keys& keys;
    const email_codes& reset_codes;
    ended_sessions& ended;
    password_hasher& passwords;
    security_trail& trail;
};

/// Each public function is the one of user_service that has its name. Thread-safe.
class sessions {
public:
    explicit sessions(const session_parts& parts) : parts_(parts), refresh_tokens_(parts.keys) {}

    result<principal> authenticate(std::string_view access_token) const;
    asio::awaitable<result<token_pair>> log_in(std::string email, std::string password,
                                               std::string client);
    asio::awaitable<result<token_pair>> refresh(std::string refresh_token, std::string client);
    asio::awaitable<result<void>> log_out(principal who, std::string client);
    asio::awaitable<result<void>> log_out_all(principal who, std::string client);
    asio::awaitable<result<void>> reset_password(std::string email, std::string code,
                                                 std::string new_password, std::string client);
    asio::awaitable<result<void>> change_password(principal who, std::string current,
                                                  std::string new_password, std::string client);

private:
    asio::awaitable<result<void>> count_login(std::string account, std::string client);
    asio::awaitable<void> uncount_login(std::string account, std::string client);
    asio::awaitable<result<token_pair>> try_log_in(std::string email, std::string password,
                                                   std::string client);
    asio::awaitable<result<token_pair>> open_session_of(credentials account, std::string client);
    asio::awaitable<result<void>> end(principal who, bool all, std::string client);
    asio::awaitable<result<void>> try_change_password(principal who, credentials account,
                                                      std::string current, std::string new_password,
                                                      std::string client);
    token_pair make_pair(user_id user, role of_user, const refresh_claim& claim, instant now) const;

    /// Runs `work` on (transaction, empty list of ended sessions) as async_database::write does,
    /// and then adds the list to the one in memory.
    template <class Work>
    auto write_ending(Work work) -> asio::awaitable<
        std::invoke_result_t<Work&, db::transaction&, std::vector<ended_session>&>>;

    session_parts parts_;
    refresh_tokens refresh_tokens_;
};

}  // namespace market::user
