#include "sessions/session_queries.hpp"

#include <tuple>

namespace market::user {
namespace {

constexpr std::int64_t first_generation = 1;
/// How far the clocks of two servers may be apart.
constexpr std::chrono::seconds clocks_apart_max = std::chrono::minutes{1};
/// No access token lives longer, not even one that `market seed` makes.
constexpr std::chrono::seconds longest_access_life = std::chrono::hours{24};
constexpr db::raw insert_sessions =
    "INSERT INTO sessions (id, user_id, generation, rotated_at, expires_at, access_until) VALUES ";

void append_row(db::sql& statement, session_id id, user_id user, instant now,
                std::chrono::seconds life, std::chrono::seconds access_life) {
    statement << "(" << id << ", " << user << ", " << first_generation << ", " << now << ", "
              << now + life << ", " << now + access_life << ")";
}

/// Lists the sessions of `rows`, which are locked and no longer change. A session whose access
/// tokens have all expired needs no place in the list.
std::vector<ended_session> insert_ended(db::transaction& tx,
                                        const std::vector<std::tuple<session_id, instant>>& rows,
                                        instant now) {
    std::vector<ended_session> out;
    for (const auto& [id, access_until] : rows) {
        const auto keep_until = access_until + clocks_apart_max;
        if (keep_until <= now) continue;
        out.push_back({id, keep_until});
        tx.execute(db::sql{} << "REPLACE INTO ended_sessions (session_id, keep_until) VALUES ("
                             << id << ", " << keep_until << ")");
    }
    return out;
}

}  // namespace

refresh_claim open_session(db::transaction& tx, user_id user, instant now) {
    tx.execute(db::sql{} << "DELETE FROM sessions WHERE user_id = " << user
                         << " AND expires_at <= " << now);
    const auto id = make_id<session_id>();
    db::sql statement;
    statement << insert_sessions;
    append_row(statement, id, user, now, refresh_token_life, access_token_life);
    tx.execute(statement);
    return {id, first_generation};
}

std::vector<session_id> open_sessions(db::transaction& tx, std::span<const account> users,
                                      instant now, std::chrono::seconds life) {
    std::vector<session_id> out;
    db::sql statement;
    statement << insert_sessions;
    for (const account& user : users) {
        if (!out.empty()) statement << ", ";
        append_row(statement, out.emplace_back(make_id<session_id>()), user.id, now, life, life);
    }
    tx.execute(statement);
    return out;
}

std::vector<ended_session> end_session(db::transaction& tx, session_id session, instant now) {
    // The update locks the row: a refresh at the same time came before, or will find no row.
    const auto updated = tx.execute(db::sql{} << "UPDATE sessions SET expires_at = " << now
                                              << " WHERE id = " << session);
    if (updated == 0) {
        const std::vector<std::tuple<session_id, instant>> rows{
            {session, now + longest_access_life}};
        return insert_ended(tx, rows, now);
    }
    const auto rows = tx.query<session_id, instant>(
        db::sql{} << "SELECT id, access_until FROM sessions WHERE id = " << session);
    tx.execute(db::sql{} << "DELETE FROM sessions WHERE id = " << session);
    return insert_ended(tx, rows, now);
}

std::vector<ended_session> end_sessions_of(db::transaction& tx, user_id user,
                                           std::optional<session_id> spared, instant now) {
    const auto spared_id = spared.value_or(session_id{});
    tx.execute(db::sql{} << "UPDATE sessions SET expires_at = " << now
                         << " WHERE user_id = " << user << " AND id <> " << spared_id);
    const auto rows = tx.query<session_id, instant>(
        db::sql{} << "SELECT id, access_until FROM sessions WHERE user_id = " << user
                  << " AND expires_at <= " << now << " AND id <> " << spared_id);
    tx.execute(db::sql{} << "DELETE FROM sessions WHERE user_id = " << user
                         << " AND expires_at <= " << now << " AND id <> " << spared_id);
    return insert_ended(tx, rows, now);
}

std::vector<ended_session> list_ended_sessions(db::transaction& tx, instant now) {
    std::vector<ended_session> out;
    for (const auto& [id, keep_until] : tx.query<session_id, instant>(
             db::sql{} << "SELECT session_id, keep_until FROM ended_sessions WHERE keep_until > "
                       << now))
        out.push_back({id, keep_until});
    return out;
}

void purge_ended_sessions(db::transaction& tx, instant now) {
    tx.execute(db::sql{} << "DELETE FROM ended_sessions WHERE keep_until <= " << now);
}

rotation rotate_session(db::transaction& tx, const refresh_claim& claim, instant now) {
    const auto updated = tx.execute(
        db::sql{} << "UPDATE sessions SET generation = generation + 1, rotated_at = " << now
                  << ", expires_at = " << now + refresh_token_life << ", access_until = "
                  << now + access_token_life << " WHERE id = " << claim.session
                  << " AND generation = " << claim.generation << " AND expires_at > " << now);
    const auto row = tx.query_one<user_id, std::int64_t, instant>(
        db::sql{} << "SELECT user_id, generation, rotated_at FROM sessions WHERE id = "
                  << claim.session);
    if (!row) return {};
    const auto& [user, generation, rotated_at] = *row;
    const refreshed_session session{user, {claim.session, generation}};
    if (updated == 1) return {session};
    if (claim.generation + 1 == generation && now - rotated_at <= refresh_grace) {
        const auto extended =
            tx.execute(db::sql{} << "UPDATE sessions SET access_until = " << now + access_token_life
                                 << " WHERE id = " << claim.session);
        return extended == 1 ? rotation{session} : rotation{};  // it may have ended meanwhile
    }
    rotation out{.ended = end_session(tx, claim.session, now)};
    if (claim.generation < generation) out.reused_of = user;  // else it has run out
    return out;
}

}  // namespace market::user
