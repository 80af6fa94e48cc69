#include "outbox_queries.hpp"

#include <algorithm>

namespace market::outbox {

namespace {

/// Condition and order of the rows after `after` that may be published.
void add_waiting(db::sql& to, const topics& without, std::int64_t after) {
    to << " FROM outbox WHERE parked = 0 AND id > " << after;
    if (!without.empty()) (to << " AND topic NOT IN ").list(without);
    to << " ORDER BY id LIMIT ";
}

/// Rows of one query: no more than this is read in vain beyond the bound of bytes.
constexpr std::size_t part_max = 256;

/// `[1,2,3]`
std::string json_list(std::span<const std::int64_t> ids) {
    std::string out = "[";
    for (const auto id : ids) out += (out.size() > 1 ? "," : "") + std::to_string(id);
    return out + "]";
}

/// The first numbers of `ids`, as far as they follow each other without a gap.
std::span<const std::int64_t> first_run(std::span<const std::int64_t> ids) {
    std::size_t length = 1;
    while (length < ids.size() && ids[length] == ids[length - 1] + 1) ++length;
    return ids.first(length);
}

/// Rows published together mostly stand together. Deleting ranges costs SQLite least.
std::int64_t delete_runs(db::transaction& tx, std::span<const std::int64_t> ids) {
    std::int64_t count = 0;
    while (!ids.empty()) {
        const auto run = first_run(ids);
        count += tx.execute(db::sql{} << "DELETE FROM outbox WHERE id BETWEEN " << run.front()
                                      << " AND " << run.back());
        ids = ids.subspan(run.size());
    }
    return count;
}

// For `id IN (...)` MySQL and MariaDB read a small table as a whole, whatever index they are told
// to use, and so wait for the rows of every open purchase. Joined to a list, each row is looked up
// by its number.
std::int64_t delete_by_number(db::transaction& tx, std::span<const std::int64_t> ids) {
    return tx.execute(db::sql{} << "DELETE outbox FROM JSON_TABLE(" << json_list(ids)
                                << ", '$[*]' COLUMNS (id BIGINT PATH '$')) AS wanted"
                                   " STRAIGHT_JOIN outbox ON outbox.id = wanted.id");
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
        add_waiting(statement << "SELECT id", without, 0);
    return tx.query_one<std::int64_t>(statement << 1).has_value();
}

waiting_events read_waiting(db::transaction& tx, const topics& without, std::size_t max,
                            std::size_t bytes_max) {
    waiting_events out;
    bool is_last = false;
    while (!is_last && out.ids.size() < max) {
        const auto wanted = std::min(part_max, max - out.ids.size());
        db::sql statement;
        statement << "SELECT id, ce_id, topic, type, subject, at, data, traceparent";
        add_waiting(statement, without, out.ids.empty() ? 0 : out.ids.back());
        auto rows = tx.query<std::int64_t, event_id, std::string, std::string, std::string, instant,
                             std::string, std::string>(statement << wanted);
        is_last = rows.size() < wanted;
        for (auto& [id, ce_id, topic, type, subject, at, data, traceparent] : rows) {
            out.bytes += data.size();
            if (!out.ids.empty() && out.bytes > bytes_max) return out;
            out.ids.push_back(id);
            out.events.push_back({ce_id, std::move(topic), std::move(type), std::move(subject), at,
                                  std::move(data), std::move(traceparent)});
        }
    }
    return out;
}

std::optional<lease> take_lease(db::transaction& tx, relay_id holder,
                                std::chrono::microseconds length) {
    const auto now = db::database_time(tx.dialect());
    // No lease is longer than `length`. One that ends later was given before the clock was set
    // back: it does not count, or no relay could work for as long as the clock was moved.
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
    switch (tx.dialect()) {
        case db::dialect::sqlite: return delete_runs(tx, ids);
        case db::dialect::mysql: return delete_by_number(tx, ids);
    }
    return 0;
}

std::int64_t park_rows(db::transaction& tx, std::span<const std::int64_t> ids) {
    return tx.execute(set_parked_by_number(tx.dialect(), ids, true));
}

void unpark_rows(db::transaction& tx) {
    // Found without a lock: an UPDATE that searches them would wait for every open purchase.
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
