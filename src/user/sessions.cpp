#include "sessions.hpp"

#include <algorithm>
#include <cstring>

namespace market::user {
namespace {

// session (16), generation (8, big endian), random (16), HMAC (32)
constexpr std::size_t session_bytes = 16;
constexpr std::size_t generation_bytes = 8;
constexpr std::size_t random_bytes = 16;
constexpr std::size_t mac_bytes = 32;
constexpr std::size_t signed_bytes = session_bytes + generation_bytes + random_bytes;
constexpr std::size_t token_length = (signed_bytes + mac_bytes) * 4 / 3;
static_assert((signed_bytes + mac_bytes) % 3 == 0);

void append_big_endian(std::string& out, std::int64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

std::int64_t read_big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
}

constexpr std::int64_t first_generation = 1;
/// How far the clocks of two servers may be apart.
constexpr std::chrono::seconds clocks_apart_max = std::chrono::minutes{1};
/// Of an access token, be it seeded.
constexpr std::chrono::seconds longest_access_life = std::chrono::hours{24};
constexpr db::raw insert_sessions =
    "INSERT INTO sessions (id, user_id, generation, rotated_at, expires_at, access_until) VALUES ";

digest256 derive_key(const signing_keys::key& from) {
    return hmac_sha256(from.secret, "market refresh token key");
}

void append_row(db::sql& statement, session_id id, user_id user, instant now,
                std::chrono::seconds life, std::chrono::seconds access_life) {
    statement << "(" << id << ", " << user << ", " << first_generation << ", " << now << ", "
              << now + life << ", " << now + access_life << ")";
}

/// Rows that are locked and no longer change. A session without an access token that could still be
/// valid needs no place in the list.
std::vector<ended_session> enlist(db::transaction& tx,
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

refresh_tokens::refresh_tokens(const signing_keys& keys) {
    for (const auto& key : keys.all()) keys_.push_back(derive_key(key));
}

std::string refresh_tokens::make(const refresh_claim& claim) const {
    std::string token{as_chars(claim.session.bytes)};
    append_big_endian(token, claim.generation);
    std::array<std::byte, random_bytes> random;
    fill_random(random);
    token += as_chars(random);
    token += as_chars(hmac_sha256(as_chars(keys_.front()), token));
    return to_base64url(token);
}

std::optional<refresh_claim> refresh_tokens::read(std::string_view token) const {
    if (token.size() != token_length) return std::nullopt;
    const auto decoded = from_base64url(token);
    if (!decoded) return std::nullopt;
    const auto content = std::string_view{*decoded}.substr(0, signed_bytes);
    const auto mac = std::string_view{*decoded}.substr(signed_bytes);
    const auto made_it = [&](const digest256& key) {
        return equal_in_constant_time(as_chars(hmac_sha256(as_chars(key), content)), mac);
    };
    if (std::none_of(keys_.begin(), keys_.end(), made_it)) return std::nullopt;
    refresh_claim out;
    std::memcpy(out.session.bytes.data(), content.data(), session_bytes);
    out.generation = read_big_endian(content.substr(session_bytes, generation_bytes));
    return out;
}

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
    // The update takes the row's lock: a refresh under way is over, or will find nothing.
    const auto found = tx.execute(db::sql{} << "UPDATE sessions SET expires_at = " << now
                                            << " WHERE id = " << session);
    if (found == 0) {
        const std::vector<std::tuple<session_id, instant>> rows{
            {session, now + longest_access_life}};
        return enlist(tx, rows, now);
    }
    const auto rows = tx.query<session_id, instant>(
        db::sql{} << "SELECT id, access_until FROM sessions WHERE id = " << session);
    tx.execute(db::sql{} << "DELETE FROM sessions WHERE id = " << session);
    return enlist(tx, rows, now);
}

std::vector<ended_session> end_sessions_of(db::transaction& tx, user_id user,
                                           std::optional<session_id> spared, instant now) {
    const auto kept = spared.value_or(session_id{});
    tx.execute(db::sql{} << "UPDATE sessions SET expires_at = " << now
                         << " WHERE user_id = " << user << " AND id <> " << kept);
    const auto rows = tx.query<session_id, instant>(
        db::sql{} << "SELECT id, access_until FROM sessions WHERE user_id = " << user
                  << " AND expires_at <= " << now << " AND id <> " << kept);
    tx.execute(db::sql{} << "DELETE FROM sessions WHERE user_id = " << user
                         << " AND expires_at <= " << now << " AND id <> " << kept);
    return enlist(tx, rows, now);
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
    const auto raised = tx.execute(
        db::sql{} << "UPDATE sessions SET generation = generation + 1, rotated_at = " << now
                  << ", expires_at = " << now + refresh_token_life << ", access_until = "
                  << now + access_token_life << " WHERE id = " << claim.session
                  << " AND generation = " << claim.generation << " AND expires_at > " << now);
    const auto row = tx.query_one<user_id, std::int64_t, instant>(
        db::sql{} << "SELECT user_id, generation, rotated_at FROM sessions WHERE id = "
                  << claim.session);
    if (!row) return {};
    const auto& [user, generation, rotated_at] = *row;
    const rotated turn{user, {claim.session, generation}};
    if (raised == 1) return {turn};
    if (claim.generation + 1 == generation && now - rotated_at <= refresh_grace) {
        const auto found =
            tx.execute(db::sql{} << "UPDATE sessions SET access_until = " << now + access_token_life
                                 << " WHERE id = " << claim.session);
        return found == 1 ? rotation{turn} : rotation{};  // it may have ended meanwhile
    }
    rotation out{.ended = end_session(tx, claim.session, now)};
    if (claim.generation < generation) out.reused_of = user;  // else it has run out
    return out;
}

}  // namespace market::user
