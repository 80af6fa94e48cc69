#include <market/outbox/outbox.hpp>

namespace market::outbox {

void append(db::transaction& tx, std::span<const event> events) {
    db::new_rows rows{"outbox (ce_id, topic, type, subject, at, data, traceparent)", 7};
    for (const auto& one : events)
        rows.add(one.ce_id, one.topic, one.type, one.subject, one.at, one.data, one.traceparent);
    tx.insert(rows);
}

tally read_tally(db::transaction& tx) {
    tally out;
    // One statement, so that an event that is being published is counted once.
    const auto row = tx.query_one<std::int64_t, std::int64_t, std::int64_t>(
        db::sql{} << "SELECT (SELECT published FROM outbox_relay WHERE id = 1),"
                     " (SELECT COUNT(*) FROM outbox WHERE parked = 0),"
                     " (SELECT COUNT(*) FROM outbox WHERE parked <> 0)");
    std::tie(out.published, out.waiting, out.parked) = row.value();
    return out;
}

std::optional<instant> oldest_waiting(db::transaction& tx) {
    const auto row = tx.query_one<instant>(
        db::sql{} << "SELECT at FROM outbox WHERE parked = 0 ORDER BY id LIMIT 1");
    if (!row) return std::nullopt;
    return std::get<0>(*row);
}

}  // namespace market::outbox
