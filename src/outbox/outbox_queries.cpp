#include "outbox_queries.hpp"

namespace market::outbox {

bool anything_waits(db::transaction& tx) {
    return tx
        .query_one<std::int64_t>(db::sql{} << "SELECT id FROM outbox WHERE parked = 0"
                                              " ORDER BY id LIMIT 1")
        .has_value();
}

waiting_events read_waiting(db::transaction& tx, std::size_t max) {
    auto rows = tx.query<std::int64_t, event_id, std::string, std::string, std::string, instant,
                         std::string, std::string>(
        db::sql{} << "SELECT id, ce_id, topic, type, subject, at, data, traceparent FROM outbox"
                     " WHERE parked = 0 ORDER BY id LIMIT "
                  << max);
    waiting_events out;
    out.ids.reserve(rows.size());
    out.events.reserve(rows.size());
    for (auto& [id, ce_id, topic, type, subject, at, data, traceparent] : rows) {
        out.ids.push_back(id);
        out.events.push_back({ce_id, std::move(topic), std::move(type), std::move(subject), at,
                              std::move(data), std::move(traceparent)});
    }
    return out;
}

std::optional<lease> take_lease(db::transaction& tx, relay_id holder,
                                std::chrono::microseconds length) {
    const auto now = db::database_time(tx.dialect());
    // No lease is ever longer than `length`: one that ends later was given before the clock was set
    // back, and would keep everybody out for as long as it was moved.
    const auto taken = tx.execute(
        db::sql{} << "UPDATE outbox_relay SET holder = " << holder
                  << ", epoch = epoch + 1, lease_until = " << now << " + " << length.count()
                  << " WHERE id = 1 AND (holder = " << holder << " OR lease_until <= " << now
                  << " OR lease_until > " << now << " + " << length.count() << ")");
    if (taken == 0) return std::nullopt;
    const auto row =
        tx.query_one<std::int64_t>(db::sql{} << "SELECT epoch FROM outbox_relay WHERE id = 1");
    return lease{holder, std::get<0>(row.value())};
}

bool renew_and_count(db::transaction& tx, const lease& mine, std::chrono::microseconds length,
                     std::int64_t published) {
    return tx.execute(db::sql{} << "UPDATE outbox_relay SET published = published + " << published
                                << ", lease_until = " << db::database_time(tx.dialect()) << " + "
                                << length.count() << " WHERE id = 1 AND holder = " << mine.holder
                                << " AND epoch = " << mine.epoch) == 1;
}

std::int64_t delete_rows(db::transaction& tx, std::span<const std::int64_t> ids) {
    db::sql statement;
    statement << "DELETE FROM outbox WHERE id IN ";
    statement.list(ids);
    return tx.execute(statement);
}

void give_lease_back(db::transaction& tx, const lease& mine) {
    tx.execute(db::sql{} << "UPDATE outbox_relay SET holder = NULL, lease_until = 0 WHERE id = 1"
                            " AND holder = "
                         << mine.holder << " AND epoch = " << mine.epoch);
}

}  // namespace market::outbox
