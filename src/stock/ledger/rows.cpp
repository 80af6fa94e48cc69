#include "ledger/rows.hpp"

namespace market::stock {

std::string_view to_string(movement_kind kind) {
    switch (kind) {
        case movement_kind::received: return "received";
        case movement_kind::adjusted: return "adjusted";
        case movement_kind::allocated: return "allocated";
        case movement_kind::returned: return "returned";
    }
    return "";
}

namespace ledger {

std::vector<pool> read_pools(db::transaction& tx, const db::sql& query) {
    auto rows = tx.query<pool_id, product_id, std::optional<sale_id>, std::int64_t, std::int64_t,
                         std::int64_t, bool, std::int64_t, int>(query);
    std::vector<pool> out;
    out.reserve(rows.size());
    for (const auto& [id, product, sale, total, sold, epoch, closed, low_at, level] : rows)
        out.push_back({id, product, sale, total, sold, epoch, closed, low_at, level});
    return out;
}

db::raw or_add_to_buyer(db::dialect dialect) {
    switch (dialect) {
        case db::dialect::sqlite:
            return " ON CONFLICT (sale_id, user_id) DO UPDATE SET"
                   " quantity = quantity + excluded.quantity, quantity_max = excluded.quantity_max";
        case db::dialect::mysql:  // MariaDB has no row alias, so VALUES(), which both understand
            return " ON DUPLICATE KEY UPDATE"
                   " quantity = quantity + VALUES(quantity), quantity_max = VALUES(quantity_max)";
    }
    return "";
}

std::vector<movement_id> write_movements(db::transaction& tx,
                                         std::span<const movement_entry> entries,
                                         const std::string& actor, instant at) {
    std::vector<movement_id> ids;
    db::sql text;
    text << "INSERT INTO stock_movements"
            " (id, at, pool_id, product_id, sale_id, kind, delta, reason, actor) VALUES ";
    bool first = true;
    for (const auto& entry : entries) {
        if (!first) text << ", ";
        first = false;
        ids.push_back(make_id<movement_id>());
        text << "(" << ids.back() << ", " << at << ", " << entry.of.id << ", " << entry.of.product
             << ", " << entry.of.sale << ", " << to_string(entry.kind) << ", " << entry.delta
             << ", " << entry.reason << ", " << actor << ")";
    }
    tx.execute(text);
    return ids;
}

void require_positive(std::int64_t units) {
    if (units < 1) throw db::error{db::cause::data_error, "units to move are not positive"};
}

void require_one(std::int64_t rows, const char* what) {
    if (rows != 1) throw db::error{db::cause::other, what};
}

void return_to_general(db::transaction& tx, const pool& sale_pool, std::int64_t units,
                       const std::string& actor, instant at) {
    auto raised = tx.execute(db::sql{} << "UPDATE pools SET " << level_after{units}
                                       << ", total = total + " << units << " WHERE id = "
                                       << pool_of(sale_pool.product) << " AND sale_id IS NULL");
    require_one(raised, "the product of a sale's pool has no general pool");
    pool general;
    general.id = pool_of(sale_pool.product);
    general.product = sale_pool.product;
    const movement_entry entries[] = {
        {sale_pool, movement_kind::returned, -units, "returned to the product"},
        {general, movement_kind::returned, units, "returned by a sale"},
    };
    write_movements(tx, entries, actor, at);
}

}  // namespace ledger
}  // namespace market::stock
