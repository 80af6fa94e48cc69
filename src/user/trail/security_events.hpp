#pragma once
/// The SQL of security events: what happened to accounts and what admins did. Rows are only
/// appended, but an admin action's outcome is added later. They are kept for 90 days.
#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/db/transaction.hpp>
#include <market/user/user_service.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace market::user {

namespace event {
inline constexpr std::string_view signed_up = "signed_up";
inline constexpr std::string_view logged_in = "logged_in";
inline constexpr std::string_view login_failed = "login_failed";
inline constexpr std::string_view logged_out = "logged_out";
inline constexpr std::string_view logged_out_all = "logged_out_all";
inline constexpr std::string_view password_reset = "password_reset";
inline constexpr std::string_view password_changed = "password_changed";
inline constexpr std::string_view password_change_failed = "password_change_failed";
inline constexpr std::string_view refresh_reused = "refresh_reused";
inline constexpr std::string_view admin_created = "admin_created";
inline constexpr std::string_view admin_action = "admin_action";
}  // namespace event

struct security_event {
    std::string_view kind;
    std::optional<user_id> user{};  ///< whose account, or which admin's action
    std::string client{};           ///< the address that asked; cut to 64 characters
    std::string detail{};           ///< cut to 200 characters; never a secret
    /// An action that runs now: its outcome is `begun` until end_event().
    bool is_begun = false;
};

security_event_id append_event(db::transaction& tx, const security_event& entry, instant now);
/// Sets the outcome of a begun action: `done`, or `refused` with the error's code.
void end_event(db::transaction& tx, security_event_id action, std::optional<errc> refused_with);
void purge_events(db::transaction& tx, instant now);

}  // namespace market::user
