#include "sessions.hpp"

#include <market/base/log.hpp>

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
constexpr db::raw insert_sessions =
    "INSERT INTO sessions (id, user_id, generation, rotated_at, expires_at) VALUES ";

void append_row(db::sql& statement, session_id id, user_id user, instant now,
                std::chrono::seconds life) {
    statement << "(" << id << ", " << user << ", " << first_generation << ", " << now << ", "
              << now + life << ")";
}

}  // namespace

refresh_tokens::refresh_tokens(std::string_view secret)
    : key_(hmac_sha256(secret, "market refresh token key")) {}

std::string refresh_tokens::make(const refresh_claim& claim) const {
    std::string token{as_chars(claim.session.bytes)};
    append_big_endian(token, claim.generation);
    std::array<std::byte, random_bytes> random;
    fill_random(random);
    token += as_chars(random);
    token += as_chars(hmac_sha256(as_chars(key_), token));
    return to_base64url(token);
}

std::optional<refresh_claim> refresh_tokens::read(std::string_view token) const {
    if (token.size() != token_length) return std::nullopt;
    const auto decoded = from_base64url(token);
    if (!decoded) return std::nullopt;
    const auto content = std::string_view{*decoded}.substr(0, signed_bytes);
    const auto mac = std::string_view{*decoded}.substr(signed_bytes);
    if (!equal_in_constant_time(as_chars(hmac_sha256(as_chars(key_), content)), mac))
        return std::nullopt;
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
    append_row(statement, id, user, now, refresh_token_life);
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
        append_row(statement, out.emplace_back(make_id<session_id>()), user.id, now, life);
    }
    tx.execute(statement);
    return out;
}

std::optional<rotated> rotate_session(db::transaction& tx, const refresh_claim& claim,
                                      instant now) {
    const auto raised = tx.execute(
        db::sql{} << "UPDATE sessions SET generation = generation + 1, rotated_at = " << now
                  << ", expires_at = " << now + refresh_token_life
                  << " WHERE id = " << claim.session << " AND generation = " << claim.generation
                  << " AND expires_at > " << now);
    const auto row = tx.query_one<user_id, std::int64_t, instant>(
        db::sql{} << "SELECT user_id, generation, rotated_at FROM sessions WHERE id = "
                  << claim.session);
    if (!row) return std::nullopt;
    const auto& [user, generation, rotated_at] = *row;
    const bool is_predecessor =
        claim.generation + 1 == generation && now - rotated_at <= refresh_grace;
    if (raised == 1 || is_predecessor) return rotated{user, {claim.session, generation}};
    tx.execute(db::sql{} << "DELETE FROM sessions WHERE id = " << claim.session);
    const bool is_reuse = claim.generation < generation;  // else it has run out
    if (is_reuse) log::warning("user.refresh_reused", {{"user", to_string(user)}});
    return std::nullopt;
}

}  // namespace market::user
