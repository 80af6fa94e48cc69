#include "trail/security_trail.hpp"

#include <market/base/log.hpp>

#include <utility>

namespace market::user {

asio::awaitable<result<security_event_id>> security_trail::begin_admin_action(principal who,
                                                                              std::string action,
                                                                              std::string client) {
    security_event entry{event::admin_action, who.id, std::move(client), std::move(action), true};
    auto append = [this,
                   entry = std::move(entry)](db::transaction& tx) -> result<security_event_id> {
        return append_event(tx, entry, clock_.now());
    };
    auto event_id = co_await database_.write(std::move(append));
    // The row may be there. The action it names is not done, so its outcome is not unknown.
    if (!event_id && event_id.error().code == errc::outcome_unknown) {
        co_return failure{errc::database_unavailable,
                          "the trail of events cannot be written; nothing was done"};
    }
    co_return event_id;
}

asio::awaitable<void> security_trail::end_admin_action(security_event_id action,
                                                       std::optional<errc> refused_with) {
    auto end = [action, refused_with](db::transaction& tx) -> result<void> {
        end_event(tx, action, refused_with);
        return {};
    };
    const auto outcome = co_await database_.write(std::move(end));
    if (!outcome) log::warning("user.event_not_ended", {{"event", to_string(action)}});
}

asio::awaitable<void> security_trail::append(security_event entry) {
    const std::string kind{entry.kind};
    auto append = [this, entry = std::move(entry)](db::transaction& tx) -> result<void> {
        append_event(tx, entry, clock_.now());
        return {};
    };
    const auto outcome = co_await database_.write(std::move(append));
    if (!outcome) log::warning("user.event_not_kept", {{"kind", kind}});
}

}  // namespace market::user
