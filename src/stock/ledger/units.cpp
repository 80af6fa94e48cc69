#include "ledger/rows.hpp"

#include <algorithm>
#include <tuple>

namespace market::stock::ledger {
namespace {

/// Matches the row only as it was read: a pool that was not locked may have changed since.
void lower_sold(db::transaction& tx, const pool& locked, std::int64_t units) {
    db::sql text;
    text << "UPDATE pools SET " << level_after{units} << ", sold = sold - " << units;
    if (locked.closed) text << ", total = total - " << units;
    text << " WHERE id = " << locked.id << " AND gate_epoch = " << locked.gate_epoch
         << " AND closed = " << locked.closed;
    require_one(tx.execute(text), "a pool was given units back without being locked");
}

void lower_buyer(db::transaction& tx, sale_id sale, user_id buyer, std::int64_t units) {
    auto lowered =
        tx.execute(db::sql{} << "UPDATE sale_buyers SET quantity = quantity - " << units
                             << " WHERE sale_id = " << sale << " AND user_id = " << buyer);
    require_one(lowered, "units came back from somebody who is no buyer of the sale");
}

credit write_credit(db::transaction& tx, const pool& locked, order_id order, user_id buyer,
                    std::int64_t units) {
    credit out{make_id<credit_id>(), *locked.sale, buyer, units, locked.gate_epoch};
    tx.execute(db::sql{} << "INSERT INTO gate_credits"
                            " (id, order_id, sale_id, user_id, quantity, epoch) VALUES ("
                         << out.id << ", " << order << ", " << out.sale << ", " << buyer << ", "
                         << units << ", " << out.epoch << ")");
    return out;
}

db::sql taking(const pool_take& wanted) {
    db::sql text;
    text << "UPDATE pools SET sold = sold + " << wanted.units << " WHERE id = " << wanted.pool
         << " AND sold + " << wanted.units << " <= total";
    if (wanted.epoch)
        text << " AND gate_epoch = " << *wanted.epoch << " AND closed = 0 AND sale_id IS NOT NULL";
    else
        text << " AND sale_id IS NULL";  // a sale's units go through the gate
    return text;
}

/// Takes only if that needs no event, because the stock is not low or its level was announced: one
/// statement, which is enough for nearly all takes of a sale.
bool take_quietly(db::transaction& tx, const pool_take& wanted) {
    auto text = taking(wanted);
    text << " AND (total - sold - " << wanted.units << " > low_at OR (total - sold - "
         << wanted.units << " > 0 AND stock_level > 0))";
    return tx.execute(text) == 1;
}

}  // namespace

bool take(db::transaction& tx, const pool_take& wanted) {
    require_positive(wanted.units);
    if (take_quietly(tx, wanted)) return true;
    if (tx.execute(taking(wanted)) != 1) return false;
    announce_levels(tx, wanted.pool, wanted.at);
    return true;
}

void count_buyers(db::transaction& tx, std::span<const buyer_take> takes) {
    if (takes.empty()) return;
    // One order of locking for all writers: no deadlocks.
    std::vector<buyer_take> sorted(takes.begin(), takes.end());
    std::ranges::sort(sorted, {}, [](const auto& one) { return std::tie(one.sale, one.buyer); });
    db::new_rows rows{"sale_buyers (sale_id, user_id, quantity, quantity_max)", 4,
                      or_add_to_buyer(tx.dialect())};
    for (const auto& [sale, buyer, units, limit] : sorted) {
        require_positive(units);
        rows.add(sale, buyer, units, limit);
    }
    tx.insert(rows);
}

std::optional<credit> give_back(db::transaction& tx, const pool& locked, order_id order,
                                user_id buyer, std::int64_t units, const std::string& actor,
                                instant at) {
    require_positive(units);
    lower_sold(tx, locked, units);  // below 0: check_violation
    if (!locked.sale) return {};
    lower_buyer(tx, *locked.sale, buyer, units);
    if (!locked.closed) return write_credit(tx, locked, order, buyer, units);
    return_to_general(tx, locked, units, actor, at);
    return {};
}

std::vector<credit> pending_credits(db::transaction& tx, std::size_t max) {
    auto rows = tx.query<credit_id, sale_id, user_id, std::int64_t, std::int64_t>(
        db::sql{} << "SELECT id, sale_id, user_id, quantity, epoch FROM gate_credits"
                     " ORDER BY id LIMIT "
                  << max);
    std::vector<credit> out;
    out.reserve(rows.size());
    for (const auto& [id, sale, buyer, units, epoch] : rows)
        out.push_back({id, sale, buyer, units, epoch});
    return out;
}

void forget_credit(db::transaction& tx, credit_id id) {
    tx.execute(db::sql{} << "DELETE FROM gate_credits WHERE id = " << id);
}

}  // namespace market::stock::ledger
