#include "accounts/set_up_links.hpp"

#include "accounts/account_queries.hpp"

#include <market/base/crypto.hpp>

#include <array>

namespace market::user {

std::optional<std::string> offer_link(db::transaction& tx, instant now) {
    if (has_admin(tx)) return std::nullopt;
    std::array<std::byte, 32> random;
    fill_random(random);
    const std::string token = to_base64url(as_chars(random));
    tx.execute(db::sql{} << "DELETE FROM set_up_links WHERE expires_at <= " << now);
    tx.execute(db::sql{} << "INSERT INTO set_up_links (token_hash, expires_at) VALUES ("
                         << std::span<const std::byte>{sha256(token)} << ", "
                         << now + set_up_link_life << ")");
    return token;
}

bool is_link(db::transaction& tx, const std::string& token, instant now) {
    const auto row = tx.query_one<instant>(
        db::sql{} << "SELECT expires_at FROM set_up_links WHERE token_hash = "
                  << std::span<const std::byte>{sha256(token)} << " AND expires_at > " << now);
    return row.has_value() && !has_admin(tx);
}

bool redeem_link(db::transaction& tx, const std::string& token, instant now) {
    // The rows are deleted before the search for an admin: of two callers, with one token or with
    // two, the second waits here for the first and then finds its admin.
    const auto deleted = tx.execute(db::sql{} << "DELETE FROM set_up_links WHERE token_hash = "
                                              << std::span<const std::byte>{sha256(token)}
                                              << " AND expires_at > " << now);
    if (deleted == 0) return false;
    tx.execute(db::sql{} << "DELETE FROM set_up_links");
    return !has_admin(tx);
}

}  // namespace market::user
