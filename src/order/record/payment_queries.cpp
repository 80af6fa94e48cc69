#include "record/payment_queries.hpp"

#include <algorithm>
#include <cstring>

namespace market::order {

using db::sql;

namespace {

sql& assign(sql& text, const std::optional<digest256>& token) {
    if (token) return text << std::span<const std::byte>{*token};
    return text << std::nullopt;
}

}  // namespace

std::string_view to_string(refund_reason why) {
    switch (why) {
        case refund_reason::order_cancelled: return "order_cancelled";
        case refund_reason::order_returned: return "order_returned";
        case refund_reason::captured_after_expiry: return "captured_after_expiry";
        case refund_reason::captured_after_cancel: return "captured_after_cancel";
    }
    return "";
}

void insert_payments(db::transaction& tx, std::span<const order* const> orders) {
    db::new_rows rows{"payments (order_id, id, state, amount, method, at, awaited, expires_at)", 8};
    for (const auto* each : orders) {
        if (!each->payment) continue;
        const auto& it = *each->payment;
        rows.add(each->id, it.id, to_string(it.state), it.amount, it.method, it.at, true,
                 each->expires_at);
    }
    tx.insert(rows);
}

std::optional<digest256> token_of(db::transaction& tx, order_id order) {
    const auto found = tx.query_one<std::optional<db::blob>>(
        sql{} << "SELECT token FROM payments WHERE order_id = " << order);
    if (!found || !std::get<0>(*found)) return std::nullopt;
    const auto& stored = std::get<0>(*found)->data;
    digest256 out{};
    if (stored.size() != out.size())
        throw db::error{db::cause::data_error, "a payment's token digest is not 32 bytes"};
    std::memcpy(out.data(), stored.data(), out.size());
    return out;
}

bool capture_payment(db::transaction& tx, order_id order, captured_by whom,
                     const std::optional<digest256>& token, instant at) {
    sql text;
    text << "UPDATE payments SET state = 'captured', awaited = 0, at = " << at << ", token = ";
    assign(text, token);
    if (whom == captured_by::record) text << ", owed = 'capture'";
    text << " WHERE order_id = " << order << " AND awaited = 1";
    return tx.execute(text) == 1;
}

bool decline_payment(db::transaction& tx, order_id order, const std::optional<digest256>& token,
                     instant at) {
    sql text;
    text << "UPDATE payments SET state = 'declined', at = " << at << ", token = ";
    assign(text, token) << " WHERE order_id = " << order << " AND awaited = 1";
    return tx.execute(text) == 1;
}

void stop_awaiting(db::transaction& tx, order_id order) {
    tx.execute(sql{} << "UPDATE payments SET awaited = 0 WHERE order_id = " << order
                     << " AND awaited = 1");
}

bool refund_payment(db::transaction& tx, order_id order, refund_reason why, instant at) {
    return tx.execute(sql{} << "UPDATE payments SET state = 'refunded', awaited = 0, at = " << at
                            << ", refund_reason = " << to_string(why)
                            << ", owed = 'refund' WHERE order_id = " << order
                            << " AND state <> 'refunded'") == 1;
}

std::vector<order_id> overdue_orders(db::transaction& tx, instant now, std::size_t max) {
    std::vector<order_id> out;
    const auto rows = tx.query<order_id>(
        sql{} << "SELECT order_id FROM payments WHERE awaited = 1 AND expires_at <= " << now
              << " ORDER BY expires_at LIMIT " << max);
    for (const auto& [id] : rows) out.push_back(id);
    return out;
}

std::vector<payment_debt> payment_debts(db::transaction& tx, std::size_t max) {
    std::vector<payment_debt> out;
    auto rows = tx.query<order_id, payment_id, std::optional<std::string>>(
        sql{} << "SELECT order_id, id, refund_reason FROM payments WHERE owed IS NOT NULL "
                 "ORDER BY owed, order_id LIMIT "
              << max);
    for (auto& [order, payment, reason] : rows) out.push_back({order, payment, std::move(reason)});
    return out;
}

void forget_debt(db::transaction& tx, const payment_debt& settled) {
    const std::string_view owed = settled.refund_reason ? "refund" : "capture";
    tx.execute(sql{} << "UPDATE payments SET owed = NULL WHERE order_id = " << settled.order
                     << " AND owed = " << owed);
}

std::optional<payment_receipt> find_notice(db::transaction& tx, const std::string& id) {
    const auto found = tx.query_one<order_id, std::string>(
        sql{} << "SELECT order_id, payment_state FROM payment_notices WHERE id = " << id);
    if (!found) return std::nullopt;
    const auto& [order, answered] = *found;
    for (const auto state : payment_states)
        if (answered == to_string(state)) return payment_receipt{id, order, state};
    throw db::error{db::cause::data_error, "a payment notice has a state that is not known"};
}

void insert_notice(db::transaction& tx, const payment_notice& notice, payment_state answer,
                   instant at) {
    tx.execute(sql{} << "INSERT INTO payment_notices"
                        " (id, order_id, kind, payment_state, reported_at, at) VALUES ("
                     << notice.id << ", " << notice.order << ", " << to_string(notice.kind) << ", "
                     << to_string(answer) << ", " << notice.at << ", " << at << ")");
}

std::size_t purge_notices(db::transaction& tx, instant before, std::size_t max) {
    std::vector<std::string> old;
    for (auto& [id] : tx.query<std::string>(sql{} << "SELECT id FROM payment_notices WHERE at < "
                                                  << before << " ORDER BY at LIMIT " << max))
        old.push_back(std::move(id));
    sql drop;
    drop << "DELETE FROM payment_notices WHERE id IN ";
    if (!old.empty()) tx.execute(drop.list(old));
    return old.size();
}

}  // namespace market::order
