#pragma once
/// Roles as tokens, rows and replies spell them.
#include <market/user/account.hpp>

#include <optional>
#include <string_view>

namespace market::user {

inline std::string_view to_string(role value) { return value == role::admin ? "admin" : "user"; }

inline std::optional<role> parse_role(std::string_view text) {
    if (text == "user") return role::user;
    if (text == "admin") return role::admin;
    return std::nullopt;
}

}  // namespace market::user
