#include <market/stock/gate_lease.hpp>

namespace market::stock {

// A lease that ends later than `length` from now was given before the database's clock was set
// back: it does not count, or no server could start for as long as the clock was moved.
bool take_gate_lease(db::transaction& tx, server_id by, std::chrono::microseconds length) {
    const auto now = db::database_time(tx.dialect());
    return tx.execute(db::sql{} << "UPDATE gate_lease SET holder = " << by
                                << ", lease_until = " << now << " + " << length.count()
                                << " WHERE id = 1 AND (holder = " << by
                                << " OR lease_until <= " << now << " OR lease_until > " << now
                                << " + " << length.count() << ")") == 1;
}

bool gate_lease_is_held(db::transaction& tx, std::chrono::microseconds length) {
    const auto now = db::database_time(tx.dialect());
    return tx
        .query_one<std::int64_t>(db::sql{} << "SELECT id FROM gate_lease WHERE lease_until > "
                                           << now << " AND lease_until <= " << now << " + "
                                           << length.count())
        .has_value();
}

void give_gate_lease_back(db::transaction& tx, server_id by) {
    tx.execute(db::sql{} << "UPDATE gate_lease SET holder = NULL, lease_until = 0 WHERE holder = "
                         << by);
}

}  // namespace market::stock
