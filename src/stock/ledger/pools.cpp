#include "ledger/rows.hpp"

namespace market::stock::ledger {
namespace {

void insert_pool(db::transaction& tx, const pool& made) {
    tx.execute(db::sql{} << "INSERT INTO pools"
                            " (id, product_id, sale_id, total, sold, gate_epoch, closed, low_at)"
                            " VALUES ("
                         << made.id << ", " << made.product << ", " << made.sale << ", "
                         << made.total << ", 0, " << made.gate_epoch << ", 0, " << made.low_at
                         << ")");
}

failure too_few(const char* detail, const pool& from) {
    failure refused{errc::stock_conflict, detail};
    refused.facts.emplace_back("available", from.available());
    return refused;
}

void add_to_total(db::transaction& tx, const pool& locked, std::int64_t delta) {
    db::sql text;
    text << "UPDATE pools SET ";
    if (delta > 0) text << level_after{delta} << ", ";
    text << "total = total + " << delta << " WHERE id = " << locked.id;
    require_one(tx.execute(text), "a locked pool is gone");
}

void drop_credits(db::transaction& tx, sale_id sale) {
    tx.execute(db::sql{} << "DELETE FROM gate_credits WHERE sale_id = " << sale);
}

}  // namespace

void open_general_pool(db::transaction& tx, product_id product, std::int64_t units,
                       const std::string& actor, instant at, std::int64_t low_at) {
    pool general;
    general.id = pool_of(product);
    general.product = product;
    general.total = units;
    general.gate_epoch = 1;
    general.low_at = low_at;
    insert_pool(tx, general);
    if (units == 0) return;
    require_positive(units);
    const movement_entry entries[] = {{general, movement_kind::received, units, "first stock"}};
    write_movements(tx, entries, actor, at);
}

result<void> allocate(db::transaction& tx, product_id product, sale_id sale, std::int64_t units,
                      const std::string& actor, instant at) {
    require_positive(units);
    const pool_id general_id[] = {pool_of(product)};
    auto found = find_locked(tx, general_id);
    if (found.empty() || found[0].sale)
        return failure{errc::product_not_found, "there is no such product"};
    const auto& general = found[0];
    if (general.available() < units)
        return too_few("the product has fewer units available", general);

    pool made;
    made.id = pool_of(sale);
    made.product = product;
    made.sale = sale;
    made.total = units;
    made.gate_epoch = 1;
    made.low_at = general.low_at;
    add_to_total(tx, general, -units);
    insert_pool(tx, made);
    const movement_entry entries[] = {
        {general, movement_kind::allocated, -units, "allocated to a sale"},
        {made, movement_kind::allocated, units, "allocated to the sale"},
    };
    write_movements(tx, entries, actor, at);
    return {};
}

result<void> reallocate(db::transaction& tx, sale_id sale, std::int64_t delta,
                        const std::string& actor, instant at) {
    auto seen = find(tx, pool_of(sale));  // which product it is never changes
    if (!seen || !seen->sale) return failure{errc::sale_not_found, "there is no such sale"};
    const pool_id both[] = {pool_of(seen->product), seen->id};
    auto locked = find_locked(tx, both);
    if (locked.size() != 2) throw db::error{db::cause::other, "a sale's pools are not there"};
    const bool general_first = !locked[0].sale;
    const auto& general = locked[general_first ? 0 : 1];
    const auto& on_sale = locked[general_first ? 1 : 0];
    if (on_sale.closed) return failure{errc::sale_not_found, "the sale has no units any more"};
    if (general.available() < delta)
        return too_few("the product has fewer units available", general);
    if (on_sale.available() < -delta) return too_few("the sale has fewer units left", on_sale);
    add_to_total(tx, general, -delta);
    add_to_total(tx, on_sale, delta);
    const movement_entry entries[] = {
        {general, movement_kind::allocated, -delta, "a sale was changed"},
        {on_sale, movement_kind::allocated, delta, "the sale was changed"},
    };
    write_movements(tx, entries, actor, at);
    return {};
}

result<movement> adjust(db::transaction& tx, product_id product, std::int64_t delta,
                        const std::string& reason, const std::string& actor, instant at) {
    const pool_id wanted[] = {pool_of(product)};
    auto found = find_locked(tx, wanted);
    if (found.empty() || found[0].sale)
        return failure{errc::product_not_found, "there is no such product"};
    const auto& general = found[0];
    if (general.available() < -delta)
        return too_few("more units would go than are available", general);
    add_to_total(tx, general, delta);
    if (delta < 0) announce_levels(tx, general.id, at);
    const movement_entry entries[] = {{general, movement_kind::adjusted, delta, reason}};
    const auto ids = write_movements(tx, entries, actor, at);
    return movement{ids.at(0), at, product, {}, movement_kind::adjusted, delta, reason, actor};
}

void set_low_at(db::transaction& tx, std::int64_t units) {
    tx.execute(db::sql{} << "UPDATE pools SET stock_level = CASE WHEN total - sold > " << units
                         << " THEN 0 ELSE stock_level END, low_at = " << units
                         << " WHERE low_at <> " << units);
}

result<bool> close(db::transaction& tx, sale_id sale, const std::string& actor, instant at) {
    auto seen = find(tx, pool_of(sale));  // which product it is never changes
    if (!seen || !seen->sale) return failure{errc::sale_not_found, "there is no such sale"};
    const pool_id both[] = {pool_of(seen->product), seen->id};
    for (const auto& locked : find_locked(tx, both)) {
        if (locked.id != seen->id) continue;
        if (locked.closed) return false;
        auto closed = tx.execute(
            db::sql{} << "UPDATE pools SET closed = 1, gate_epoch = gate_epoch + 1, total = sold"
                         " WHERE id = "
                      << locked.id << " AND closed = 0");
        require_one(closed, "a locked pool was closed by another");
        drop_credits(tx, sale);
        if (locked.available() > 0) return_to_general(tx, locked, locked.available(), actor, at);
        return true;
    }
    return failure{errc::sale_not_found, "there is no such sale"};
}

std::optional<pool> begin_load(db::transaction& tx, sale_id sale) {
    const pool_id wanted[] = {pool_of(sale)};
    auto found = find_locked(tx, wanted);
    if (found.empty() || !found[0].sale) return {};
    auto out = found[0];
    if (out.closed) return out;
    auto raised = tx.execute(db::sql{} << "UPDATE pools SET gate_epoch = gate_epoch + 1 WHERE id = "
                                       << out.id);
    require_one(raised, "a locked pool is gone");
    drop_credits(tx, sale);
    ++out.gate_epoch;
    return out;
}

}  // namespace market::stock::ledger
