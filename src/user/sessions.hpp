#pragma once
/// Sessions and their refresh tokens. A session is a family: each use of a refresh token raises its
/// generation.
///
/// A refresh token names its session and generation and is authenticated by an HMAC. So nothing of
/// it needs to be stored, any number of tokens of one generation can be out (two tabs that refresh
/// at once), an old token is told from a forged one, and a forged one revokes nothing.
#include "access_token.hpp"

#include <market/base/clock.hpp>
#include <market/base/crypto.hpp>
#include <market/base/id.hpp>
#include <market/db/transaction.hpp>
#include <market/user/account.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace market::user {

inline constexpr std::chrono::seconds refresh_token_life = std::chrono::days{30};
/// How long after its first use a token is answered again: a reply may be lost, a page open twice.
inline constexpr std::chrono::seconds refresh_grace = std::chrono::seconds{10};

struct refresh_claim {
    session_id session;
    std::int64_t generation = 0;
};

/// Makes and reads refresh tokens. Thread-safe.
class refresh_tokens {
public:
    explicit refresh_tokens(const signing_keys& keys);
    /// Each call makes another token for the same claim.
    std::string make(const refresh_claim& claim) const;
    /// Empty unless one of the keys made it.
    std::optional<refresh_claim> read(std::string_view token) const;

private:
    std::vector<digest256> keys_;  ///< the current one first
};

/// Opens a session of `user` at generation 1 and drops the user's expired ones.
refresh_claim open_session(db::transaction& tx, user_id user, instant now);
/// A session for each of `users`, who are new, in one statement; in their order.
std::vector<session_id> open_sessions(db::transaction& tx, std::span<const account> users,
                                      instant now, std::chrono::seconds life);

/// A session that is over, as the lists of the servers need it.
struct ended_session {
    session_id id;
    instant keep_until;  ///< later than the `exp` of its access tokens
};

/// Ends one session, known or not. The caller commits and then tells the list in memory.
std::vector<ended_session> end_session(db::transaction& tx, session_id session, instant now);
/// Ends all sessions of the user, but for `spared`.
std::vector<ended_session> end_sessions_of(db::transaction& tx, user_id user,
                                           std::optional<session_id> spared, instant now);
/// All that are still of interest.
std::vector<ended_session> list_ended_sessions(db::transaction& tx, instant now);
void purge_ended_sessions(db::transaction& tx, instant now);

struct rotated {
    user_id user;
    refresh_claim next;
};
struct rotation {
    std::optional<rotated> turn{};       ///< empty: refused
    std::vector<ended_session> ended{};  ///< by the refusal, which the caller must commit
    std::optional<user_id> reused_of{};  ///< whose older token came back
};
/// What a refresh token is worth: the current generation rotates; the one before it, within the
/// grace, gets the current one. Any other ends the session.
rotation rotate_session(db::transaction& tx, const refresh_claim& claim, instant now);

}  // namespace market::user
