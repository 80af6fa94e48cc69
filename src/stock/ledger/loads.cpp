#include "ledger/rows.hpp"

namespace market::stock::ledger {

// No claim lasts longer than `length`. One that ends later was made before the database's clock was
// set back: it does not count, or nobody could load for as long as the clock was moved.
bool claim_load(db::transaction& tx, sale_id sale, loader_id by, std::chrono::microseconds length) {
    const auto now = db::database_time(tx.dialect());
    return tx.execute(db::sql{} << "UPDATE pools SET load_by = " << by << ", load_until = " << now
                                << " + " << length.count() << " WHERE id = " << pool_of(sale)
                                << " AND sale_id IS NOT NULL AND closed = 0 AND (load_by IS NULL"
                                << " OR load_by = " << by << " OR load_until <= " << now
                                << " OR load_until > " << now << " + " << length.count()
                                << ")") == 1;
}

bool renew_load_claim(db::transaction& tx, sale_id sale, loader_id by,
                      std::chrono::microseconds length) {
    const auto now = db::database_time(tx.dialect());
    return tx.execute(db::sql{} << "UPDATE pools SET load_until = " << now << " + "
                                << length.count() << " WHERE id = " << pool_of(sale)
                                << " AND load_by = " << by << " AND load_until > " << now) == 1;
}

void end_load_claim(db::transaction& tx, sale_id sale, loader_id by) {
    tx.execute(db::sql{} << "UPDATE pools SET load_by = NULL, load_until = 0 WHERE id = "
                         << pool_of(sale) << " AND load_by = " << by);
}

// A turn in the future was taken before the database's clock was set back: it does not count.
std::optional<forced_turn> ask_forced_turn(db::transaction& tx, sale_id sale,
                                           std::chrono::microseconds distance) {
    const auto now = db::database_time(tx.dialect());
    const auto taken =
        tx.execute(db::sql{} << "UPDATE pools SET forced_at = " << now << " WHERE id = "
                             << pool_of(sale) << " AND sale_id IS NOT NULL AND closed = 0"
                             << " AND (forced_at <= " << now << " - " << distance.count()
                             << " OR forced_at > " << now << ")");
    const auto row = tx.query_one<std::int64_t, std::int64_t>(
        db::sql{} << "SELECT gate_epoch, forced_at + " << distance.count() << " - " << now
                  << " FROM pools WHERE id = " << pool_of(sale)
                  << " AND sale_id IS NOT NULL AND closed = 0");
    if (!row) return std::nullopt;
    const auto& [epoch, wait] = *row;
    return forced_turn{taken == 1, epoch, std::chrono::microseconds{wait}};
}

}  // namespace market::stock::ledger
