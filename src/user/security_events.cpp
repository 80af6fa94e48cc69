#include "security_events.hpp"

namespace market::user {
namespace {

constexpr std::chrono::seconds kept_for = std::chrono::days{90};
constexpr std::size_t client_max = 64;
constexpr std::size_t detail_max = 200;

using security_event_id = id<struct security_event_tag>;

}  // namespace

void append_event(db::transaction& tx, const security_event& what, instant now) {
    tx.execute(db::sql{} << "INSERT INTO security_events (id, at, kind, user_id, client, detail) "
                         << "VALUES (" << make_id<security_event_id>() << ", " << now << ", "
                         << what.kind << ", " << what.user << ", "
                         << what.client.substr(0, client_max) << ", "
                         << what.detail.substr(0, detail_max) << ")");
}

void purge_events(db::transaction& tx, instant now) {
    tx.execute(db::sql{} << "DELETE FROM security_events WHERE at <= " << now - kept_for);
}

}  // namespace market::user
