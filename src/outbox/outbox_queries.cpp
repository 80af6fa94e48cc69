#include "outbox_queries.hpp"

namespace market::outbox {

namespace {

/// Condition and order of what may be published.
void add_waiting(db::sql& to, const topics& without) {
    to << " FROM outbox WHERE parked = 0";
    if (!without.empty()) (to << " AND topic NOT IN ").list(without);
    to << " ORDER BY id LIMIT ";
}

/// The numbers of the rows to read, see read_waiting().
std::vector<std::int64_t> choose_waiting(db::transaction& tx, const topics& without,
                                         std::size_t max, std::size_t bytes_max,
                                         std::size_t& bytes) {
    db::sql statement;
    add_waiting(statement << "SELECT id, LENGTH(data)", without);
    const auto rows = tx.query<std::int64_t, std::int64_t>(statement << max);
    std::vector<std::int64_t> out;
    for (const auto& [id, length] : rows) {
        bytes += static_cast<std::size_t>(length);
        if (!out.empty() && bytes > bytes_max) break;
        out.push_back(id);
    }
    return out;
}

/// `[1,2,3]`
std::string json_list(std::span<const std::int64_t> ids) {
    std::string out = "[";
    for (const auto id : ids) out += (out.size() > 1 ? "," : "") + std::to_string(id);
    return out + "]";
}

// MySQL and MariaDB read a whole small table for `id IN (...)`, whatever index they are told to
// use, and so wait for the rows of every purchase that is still open. Joined to a list, each row
// is looked up by its number.
db::sql delete_by_number(db::dialect dialect, std::span<const std::int64_t> ids) {
    db::sql out;
    switch (dialect) {
        case db::dialect::sqlite: (out << "DELETE FROM outbox WHERE id IN ").list(ids); break;
        case db::dialect::mysql:
            out << "DELETE outbox FROM JSON_TABLE(" << json_list(ids)
                << ", '$[*]' COLUMNS (id BIGINT PATH '$')) AS wanted"
                   " STRAIGHT_JOIN outbox ON outbox.id = wanted.id";
            break;
    }
    return out;
}

db::sql set_parked_by_number(db::dialect dialect, std::span<const std::int64_t> ids, bool parked) {
    db::sql out;
    switch (dialect) {
        case db::dialect::sqlite:
            (out << "UPDATE outbox SET parked = " << parked << " WHERE id IN ").list(ids);
            break;
        case db::dialect::mysql:
            out << "UPDATE JSON_TABLE(" << json_list(ids)
                << ", '$[*]' COLUMNS (id BIGINT PATH '$')) AS wanted"
                   " STRAIGHT_JOIN outbox ON outbox.id = wanted.id SET outbox.parked = "
                << parked;
            break;
    }
    return out;
}

}  // namespace

bool anything_waits(db::transaction& tx, const topics& without, bool parked_too) {
    db::sql statement;
    if (parked_too)
        statement << "SELECT id FROM outbox ORDER BY id LIMIT ";
    else
        add_waiting(statement << "SELECT id", without);
    return tx.query_one<std::int64_t>(statement << 1).has_value();
}

waiting_events read_waiting(db::transaction& tx, const topics& without, std::size_t max,
                            std::size_t bytes_max) {
    waiting_events out;
    const auto chosen = choose_waiting(tx, without, max, bytes_max, out.bytes);
    if (chosen.empty()) return out;
    db::sql statement;
    statement << "SELECT id, ce_id, topic, type, subject, at, data, traceparent FROM outbox"
                 " WHERE id IN ";
    statement.list(chosen) << " ORDER BY id";
    auto rows = tx.query<std::int64_t, event_id, std::string, std::string, std::string, instant,
                         std::string, std::string>(statement);
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
    return tx.execute(delete_by_number(tx.dialect(), ids));
}

std::int64_t park_rows(db::transaction& tx, std::span<const std::int64_t> ids) {
    return tx.execute(set_parked_by_number(tx.dialect(), ids, true));
}

void unpark_rows(db::transaction& tx) {
    // Found without a lock: an update that looks for them would wait for every open purchase.
    std::vector<std::int64_t> ids;
    for (const auto& [id] :
         tx.query<std::int64_t>(db::sql{} << "SELECT id FROM outbox WHERE parked <> 0 ORDER BY id"))
        ids.push_back(id);
    if (!ids.empty()) tx.execute(set_parked_by_number(tx.dialect(), ids, false));
}

void give_lease_back(db::transaction& tx, const lease& mine) {
    tx.execute(db::sql{} << "UPDATE outbox_relay SET holder = NULL, lease_until = 0 WHERE id = 1"
                            " AND holder = "
                         << mine.holder << " AND epoch = " << mine.epoch);
}

}  // namespace market::outbox
