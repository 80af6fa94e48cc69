#pragma once
/// The SQL of sessions. A session is a family of refresh tokens: each use of one raises the
/// session's generation.
#include "sessions/access_token.hpp"
#include "sessions/refresh_tokens.hpp"

#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/db/transaction.hpp>
#include <market/user/account.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <vector>

namespace market::user {

inline constexpr std::chrono::seconds refresh_token_life = std::chrono::days{30};
/// How long a token works again after its first use: a reply may be lost, a page open twice.
inline constexpr std::chrono::seconds refresh_grace = std::chrono::seconds{10};

/// Opens a session of `user` at generation 1 and deletes the user's expired ones.
refresh_claim open_session(db::transaction& tx, user_id user, instant now);
/// Opens a session for each of `users`, who are new, in one statement; in their order.
std::vector<session_id> open_sessions(db::transaction& tx, std::span<const account> users,
                                      instant now, std::chrono::seconds life);

/// A session that is over, as the list in each server's memory needs it.
struct ended_session {
    session_id id;
    instant keep_until;  ///< later than the `exp` of its access tokens
};

/// Ends one session, known or not. The caller commits and then adds the rows to the list in memory.
std::vector<ended_session> end_session(db::transaction& tx, session_id session, instant now);
/// Ends all sessions of the user, but for `spared`; as above.
std::vector<ended_session> end_sessions_of(db::transaction& tx, user_id user,
                                           std::optional<session_id> spared, instant now);
/// All ended sessions whose access tokens could still be valid.
std::vector<ended_session> list_ended_sessions(db::transaction& tx, instant now);
void purge_ended_sessions(db::transaction& tx, instant now);

struct refreshed_session {
    user_id user;
    refresh_claim claim;  ///< of the next refresh token
};
struct rotation {
    std::optional<refreshed_session> session{};  ///< empty: refused
    std::vector<ended_session> ended{};          ///< by the refusal, which the caller must commit
    std::optional<user_id> reused_of{};          ///< the user whose older token came back
};
/// Uses a refresh token. One of the current generation raises it. One of the generation before,
/// within the grace, gets the current generation. Any other ends the session.
rotation rotate_session(db::transaction& tx, const refresh_claim& claim, instant now);

}  // namespace market::user
