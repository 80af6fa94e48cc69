/// The events that say that stock is low or sold out: once each until units come back.
#include "ledger/rows.hpp"

#include <market/outbox/outbox.hpp>

#include <boost/json.hpp>

namespace market::stock::ledger {
namespace {

constexpr int level_low = 1, level_sold_out = 2;

int level_of(const pool& of) {
    if (of.available() == 0) return level_sold_out;
    return of.available() <= of.low_at ? level_low : 0;
}

outbox::event level_event(const pool& of, int level, instant at) {
    boost::json::object data{
        {"product_id", to_string(of.product)}, {"sale_id", nullptr}, {"available", of.available()}};
    if (of.sale) data["sale_id"] = to_string(*of.sale);
    return {.ce_id = make_id<event_id>(),
            .topic = "market.stock",
            .type = level == level_low ? "market.stock.low.v1" : "market.stock.sold_out.v1",
            .subject = to_string(of.id),
            .at = at,
            .data = boost::json::serialize(data),
            .traceparent = {}};
}

}  // namespace

void announce_levels(db::transaction& tx, pool_id id, instant at) {
    const pool_id wanted[] = {id};
    const auto found = find_locked(tx, wanted);
    if (found.empty()) throw db::error{db::cause::other, "a pool that was changed is gone"};
    const auto& now = found[0];
    std::vector<outbox::event> events;
    for (int level = now.level + 1; level <= level_of(now); ++level)
        events.push_back(level_event(now, level, at));
    if (events.empty()) return;
    tx.execute(db::sql{} << "UPDATE pools SET stock_level = " << level_of(now)
                         << ", events = events + " << events.size() << " WHERE id = " << id);
    outbox::append(tx, events);
}

// Must stand before the columns it reads are assigned: MySQL assigns from left to right.
db::sql& operator<<(db::sql& text, level_after came_back) {
    return text << "stock_level = CASE WHEN total - sold + " << came_back.units
                << " > low_at THEN 0 WHEN stock_level > " << level_low << " THEN " << level_low
                << " ELSE stock_level END";
}

}  // namespace market::stock::ledger
