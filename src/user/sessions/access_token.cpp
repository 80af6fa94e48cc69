#include "sessions/access_token.hpp"

#include "accounts/role_name.hpp"
#include "sessions/flat_object.hpp"

#include <market/base/crypto.hpp>

#include <optional>

namespace market::user {
namespace {

constexpr std::string_view issuer = "market";
constexpr std::string_view audience = "market-api";
constexpr std::size_t token_size_max = 4096;
/// How far the clock of the server that issued a token may be ahead. A token is never accepted
/// after its `exp`.
constexpr std::int64_t skew_seconds_max = 30;

std::int64_t to_seconds(instant at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

std::string signature_of(std::string_view secret, std::string_view signed_part) {
    return to_base64url(as_chars(hmac_sha256(secret, signed_part)));
}

/// Null: the header names another algorithm, an unknown key, or any other member (jku, crit ...).
const signing_keys::key* key_of(const signing_keys& keys, std::string_view encoded) {
    for (const auto& key : keys.all()) {
        if (encoded == key.header) return &key;
    }
    const auto json = from_base64url(encoded);
    if (!json) return nullptr;
    const auto header = flat_object::read(*json);
    if (!header || header->text("alg") != "HS256" || header->text("typ") != "JWT") return nullptr;
    if (header->size() == 2) return &keys.current();
    const auto id = header->text("kid");
    return header->size() == 3 && id ? keys.find(*id) : nullptr;
}

bool is_in_time(const flat_object& claims, instant now) {
    const auto issued = claims.integer("iat");
    const auto expires = claims.integer("exp");
    const auto seconds = to_seconds(now);
    if (!issued || !expires) return false;
    if (*issued > seconds + skew_seconds_max || *expires <= seconds) return false;
    if (!claims.has("nbf")) return true;
    const auto not_before = claims.integer("nbf");
    return not_before && *not_before <= seconds + skew_seconds_max;
}

std::optional<principal> read_claims(std::string_view encoded, instant now) {
    const auto json = from_base64url(encoded);
    if (!json) return std::nullopt;
    const auto claims = flat_object::read(*json);
    if (!claims || claims->text("iss") != issuer || claims->text("aud") != audience)
        return std::nullopt;
    if (!is_in_time(*claims, now)) return std::nullopt;
    const auto user = parse_id<user_id>(claims->text("sub").value_or(""));
    const auto session = parse_id<session_id>(claims->text("sid").value_or(""));
    const auto held_role = parse_role(claims->text("role").value_or(""));
    if (!user || !session || !held_role) return std::nullopt;
    return principal{*user, *held_role, *session};
}

std::optional<principal> verify(const signing_keys& keys, std::string_view token, instant now) {
    if (token.size() > token_size_max) return std::nullopt;
    const auto first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = token.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    const auto* key = key_of(keys, token.substr(0, first));
    if (key == nullptr) return std::nullopt;
    // The texts are compared: no second spelling of a signature (padding, stray bits, a fourth
    // part) is ever decoded.
    const auto expected = signature_of(key->secret, token.substr(0, second));
    if (!equal_in_constant_time(expected, token.substr(second + 1))) return std::nullopt;
    return read_claims(token.substr(first + 1, second - first - 1), now);
}

}  // namespace

std::string sign_access_token(const signing_keys::key& key, const principal& who, instant now,
                              std::chrono::seconds life) {
    const auto issued = to_seconds(now);
    std::string claims = R"({"iss":"market","aud":"market-api","sub":")" + to_string(who.id);
    claims += R"(","role":")";
    claims += to_string(who.role);
    claims += R"(","sid":")" + to_string(who.session);
    claims += R"(","iat":)" + std::to_string(issued);
    claims += R"(,"exp":)" + std::to_string(issued + life.count()) + "}";
    const std::string text = key.header + '.' + to_base64url(claims);
    return text + '.' + signature_of(key.secret, text);
}

result<principal> verify_access_token(const signing_keys& keys, std::string_view token,
                                      instant now) {
    if (const auto who = verify(keys, token, now)) return *who;
    return failure{errc::unauthenticated, "the access token is missing, wrong or expired"};
}

}  // namespace market::user
