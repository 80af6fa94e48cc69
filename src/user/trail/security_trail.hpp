#pragma once
/// The trail of security events for coroutines: events that are transactions of their own.
#include "trail/security_events.hpp"

#include <market/base/clock.hpp>
#include <market/base/error.hpp>
#include <market/db/async_database.hpp>
#include <market/user/user_service.hpp>

#include <optional>
#include <string>

namespace market::user {

/// Thread-safe. The clock outlives it.
class security_trail {
public:
    security_trail(db::async_database database, const wall_clock& clock)
        : database_(database), clock_(clock) {}

    /// user_service::begin_admin_action.
    asio::awaitable<result<security_event_id>> begin_admin_action(principal who, std::string action,
                                                                  std::string client);
    /// user_service::end_admin_action.
    asio::awaitable<void> end_admin_action(security_event_id action,
                                           std::optional<errc> refused_with);
    /// A failure is logged: what happened has happened, with or without its event.
    asio::awaitable<void> append(security_event entry);

private:
    db::async_database database_;
    const wall_clock& clock_;
};

}  // namespace market::user
