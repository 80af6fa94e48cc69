#pragma once
#include <market/base/address.hpp>
#include <market/base/clock.hpp>
#include <market/base/id.hpp>

#include <optional>
#include <string>

namespace market::user {

enum class role { user, admin };

struct account {
    user_id id;
    std::string email;  ///< as the user typed it; compared without case
    std::string name;
    std::optional<std::string> phone;        ///< admins may have none
    std::optional<market::address> address;  ///< admins may have none
    user::role role = role::user;
    instant created_at;
};

/// The caller, as a valid access token names it.
struct principal {
    user_id id;
    user::role role = role::user;
    session_id session;
    bool is_admin() const { return role == role::admin; }
};

/// The account as the HTTP interface shows it (API.md 3): one JSON object.
std::string to_json(const account& value);

}  // namespace market::user
