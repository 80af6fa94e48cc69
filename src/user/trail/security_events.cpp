#include "trail/security_events.hpp"

namespace market::user {
namespace {

constexpr std::chrono::seconds kept_for = std::chrono::days{90};
constexpr std::size_t client_max = 64;
constexpr std::size_t detail_max = 200;
constexpr std::string_view begun = "begun";

}  // namespace

security_event_id append_event(db::transaction& tx, const security_event& entry, instant now) {
    const auto id = make_id<security_event_id>();
    const auto outcome = entry.is_begun ? std::optional{std::string{begun}} : std::nullopt;
    tx.execute(
        db::sql{} << "INSERT INTO security_events (id, at, kind, user_id, client, detail, outcome)"
                  << " VALUES (" << id << ", " << now << ", " << entry.kind << ", " << entry.user
                  << ", " << entry.client.substr(0, client_max) << ", "
                  << entry.detail.substr(0, detail_max) << ", " << outcome << ")");
    return id;
}

void end_event(db::transaction& tx, security_event_id action, std::optional<errc> refused_with) {
    const std::string outcome =
        refused_with ? "refused " + std::string{to_string(*refused_with)} : "done";
    tx.execute(db::sql{} << "UPDATE security_events SET outcome = " << outcome
                         << " WHERE id = " << action << " AND outcome = " << begun);
}

void purge_events(db::transaction& tx, instant now) {
    tx.execute(db::sql{} << "DELETE FROM security_events WHERE at <= " << now - kept_for);
}

}  // namespace market::user
