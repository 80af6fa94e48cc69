/// What becomes due as time passes: a sale that began is announced, one that ended is closed.
#include <market/catalog/catalog_record.hpp>
#include <market/outbox/outbox.hpp>
#include <market/stock/ledger.hpp>

#include "sales/sale_queries.hpp"
#include "sales/sale_reader.hpp"

namespace market::catalog {

namespace {

constexpr const char *opened_type = "market.sale.opened.v1", *closed_type = "market.sale.closed.v1";

/// The event's data is the sale as it is now.
void append_event(db::transaction& tx, sale_id id, const char* type, instant at,
                  std::string_view currency) {
    const auto record = find_record(tx, id);
    if (!record) throw db::error{db::cause::other, "a sale that was changed is gone"};
    const std::array events{
        outbox::event{.ce_id = make_id<event_id>(),
                      .topic = "market.sales",
                      .type = type,
                      .subject = to_string(id),
                      .at = at,
                      .data = to_json(current_sale(*record, std::nullopt, at), currency),
                      .traceparent = {}}};
    outbox::append(tx, events);
}

std::vector<sale_id> ids_of(db::transaction& tx, const db::sql& statement) {
    std::vector<sale_id> out;
    for (const auto& [id] : tx.query<sale_id>(statement)) out.push_back(id);
    return out;
}

}  // namespace

std::vector<sale_id> begun_unannounced(db::transaction& tx, instant now, std::size_t max) {
    return ids_of(tx, db::sql{} << "SELECT id FROM sales WHERE closed_at IS NULL AND opened = 0"
                                   " AND starts_at <= "
                                << now << " ORDER BY id LIMIT " << max);
}

bool announce_opened(db::transaction& tx, sale_id sale, instant at, std::string_view currency) {
    const auto row = find_sale_locked(tx, sale);
    if (!row || row->closed_at || row->starts_at > at || !mark_opened(tx, sale)) return false;
    append_event(tx, sale, opened_type, at, currency);
    return true;
}

std::vector<sale_id> ended_unclosed(db::transaction& tx, instant at, std::size_t max) {
    return ids_of(tx, db::sql{} << "SELECT id FROM sales WHERE closed_at IS NULL AND ends_at <= "
                                << at << " ORDER BY id LIMIT " << max);
}

result<bool> close_sale(db::transaction& tx, sale_id sale, const std::string& actor, instant at,
                        std::string_view currency) {
    announce_opened(tx, sale, at, currency);
    if (!mark_closed(tx, sale, at)) return false;
    if (auto closed = stock::ledger::close(tx, sale, actor, at); !closed) return closed.error();
    append_event(tx, sale, closed_type, at, currency);
    return true;
}

std::vector<sale_id> closed_since(db::transaction& tx, instant since, std::size_t max) {
    return ids_of(tx, db::sql{} << "SELECT id FROM sales WHERE closed_at >= " << since
                                << " ORDER BY closed_at DESC LIMIT " << max);
}

}  // namespace market::catalog
