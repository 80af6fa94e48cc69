#pragma once
/// The SQL of set-up links. A link creates the first admin: it works once, for 1 h, and only while
/// there is no admin. Its token is stored hashed.
#include <market/base/clock.hpp>
#include <market/db/transaction.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace market::user {

inline constexpr std::chrono::seconds set_up_link_life = std::chrono::hours{1};

/// A new token at each call, so that several servers may start at once; empty when there is an
/// admin.
std::optional<std::string> offer_link(db::transaction& tx, instant now);
/// Is the token valid? Does not use it up.
bool is_link(db::transaction& tx, const std::string& token, instant now);
/// Uses up the token and deletes all others. False: used, wrong, expired, or there is an admin.
bool redeem_link(db::transaction& tx, const std::string& token, instant now);

}  // namespace market::user
