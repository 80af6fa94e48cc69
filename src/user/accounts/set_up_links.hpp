#pragma once
/// One-time links with which the first admin is made. Stored hashed; valid 1 h, and only while
/// there is no admin.
#include <market/base/clock.hpp>
#include <market/db/transaction.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace market::user {

inline constexpr std::chrono::seconds set_up_link_life = std::chrono::hours{1};

/// A token of its own for each caller, so that several instances may start at once; empty when
/// there is an admin.
std::optional<std::string> offer_link(db::transaction& tx, instant now);
/// Is the token good? Takes nothing.
bool is_link(db::transaction& tx, const std::string& token, instant now);
/// Takes the token, and all others with it. False: used, wrong, too late, or there is an admin.
bool redeem_link(db::transaction& tx, const std::string& token, instant now);

}  // namespace market::user
