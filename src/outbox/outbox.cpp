#include <market/outbox/outbox.hpp>

#include <market/db/sql.hpp>

namespace market::outbox {

namespace {

/// One statement carries up to this much text; MariaDB's and MySQL's packets end at 16 MiB.
constexpr std::size_t statement_bytes_max = 4 * 1024 * 1024;

}  // namespace

void append(db::transaction& tx, std::span<const event> events) {
    while (!events.empty()) {
        db::sql insert;
        insert << "INSERT INTO outbox (ce_id, topic, type, subject, at, data, traceparent) VALUES ";
        std::size_t taken = 0;
        do {
            const event& one = events[taken];
            if (taken > 0) insert << ", ";
            insert << "(" << one.ce_id << ", " << one.topic << ", " << one.type << ", "
                   << one.subject << ", " << one.at << ", " << one.data << ", " << one.traceparent
                   << ")";
            ++taken;
        } while (taken < events.size() && insert.size() < statement_bytes_max);
        tx.execute(insert);
        events = events.subspan(taken);
    }
}

tally read_tally(db::transaction& tx) {
    tally out;
    // One statement, so that an event that is published meanwhile is counted once.
    const auto row = tx.query_one<std::int64_t, std::int64_t, std::int64_t>(
        db::sql{} << "SELECT (SELECT published FROM outbox_relay WHERE id = 1),"
                     " (SELECT COUNT(*) FROM outbox WHERE parked = 0),"
                     " (SELECT COUNT(*) FROM outbox WHERE parked <> 0)");
    std::tie(out.published, out.waiting, out.parked) = row.value();
    return out;
}

}  // namespace market::outbox
