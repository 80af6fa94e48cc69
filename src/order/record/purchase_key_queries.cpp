#include "record/order_queries.hpp"

#include <algorithm>
#include <cstring>

namespace market::order {

using db::sql;

namespace {

digest256 to_digest(const db::blob& stored) {
    digest256 out{};
    if (stored.data.size() != out.size())
        throw db::error{db::cause::data_error, "a purchase key's fingerprint is not 32 bytes"};
    std::memcpy(out.data(), stored.data.data(), out.size());
    return out;
}

void add_to_voids(db::transaction& tx, std::int64_t change) {
    if (change == 0) return;
    tx.execute(sql{} << "UPDATE purchase_key_totals SET voids = voids + (" << change
                     << ") WHERE id = 1");
}

std::unordered_map<order_id, std::vector<sale_id>> sales_of(db::transaction& tx,
                                                            std::span<const order_id> orders) {
    std::unordered_map<order_id, std::vector<sale_id>> out;
    const auto rows = tx.query_by<order_id, sale_id>(
        "SELECT order_id, sale_id FROM order_lines WHERE sale_id IS NOT NULL AND order_id", orders);
    for (const auto& [order, sale] : rows) out[order].push_back(sale);
    return out;
}

}  // namespace

std::vector<purchase_key_row> find_keys(db::transaction& tx, std::span<const purchase_key> keys,
                                        bool locked) {
    sql text;
    text << "SELECT rid, fingerprint, order_id, reply FROM purchase_keys WHERE rid IN ";
    text.list(keys);
    if (locked) text << db::for_update(tx.dialect());
    std::vector<purchase_key_row> out;
    using maybe_order = std::optional<order_id>;
    using maybe_text = std::optional<std::string>;
    for (auto& [key, fingerprint, order, reply] :
         tx.query<purchase_key, db::blob, maybe_order, maybe_text>(text))
        out.push_back({key, to_digest(fingerprint), order, std::move(reply).value_or("")});
    return out;
}

std::optional<purchase_key_row> find_key(db::transaction& tx, const purchase_key& key,
                                         bool locked) {
    const std::array keys{key};
    auto rows = find_keys(tx, keys, locked);
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
}

void insert_keys(db::transaction& tx, std::span<const new_key> keys) {
    db::new_rows rows{"purchase_keys (rid, user_id, fingerprint, order_id, reply, at)", 6};
    for (const auto& key : keys)
        rows.add(key.key, key.buyer, std::span<const std::byte>{key.fingerprint}, key.order,
                 key.reply, key.at);
    tx.insert(rows);
}

void insert_void_keys(db::transaction& tx, std::span<const void_key> keys, instant at) {
    const digest256 no_body{};
    for (const auto& key : keys)
        tx.execute(
            sql{} << "INSERT INTO purchase_keys (rid, user_id, fingerprint, sale_id, at) VALUES ("
                  << key.key << ", " << key.buyer << ", " << std::span<const std::byte>{no_body}
                  << ", " << key.sale << ", " << at << ")");
    add_to_voids(tx, static_cast<std::int64_t>(keys.size()));
}

std::vector<purchase_key> keys_of_sale(db::transaction& tx, sale_id sale) {
    std::vector<purchase_key> out;
    const auto ordered = tx.query<purchase_key>(
        sql{} << "SELECT o.rid FROM order_lines l JOIN orders o ON o.id = l.order_id "
                 "WHERE o.rid IS NOT NULL AND l.sale_id = "
              << sale);
    for (const auto& [key] : ordered) out.push_back(key);
    const auto voided =
        tx.query<purchase_key>(sql{} << "SELECT rid FROM purchase_keys WHERE sale_id = " << sale);
    for (const auto& [key] : voided) out.push_back(key);
    return out;
}

std::vector<old_key> old_keys(db::transaction& tx, instant before,
                              const std::optional<old_key>& after, std::size_t max) {
    sql text;
    text << "SELECT rid, order_id, sale_id, at FROM purchase_keys WHERE at < " << before;
    if (after)
        text << " AND (at > " << after->at << " OR (at = " << after->at << " AND rid > "
             << after->key << "))";
    text << " ORDER BY at, rid LIMIT " << max;
    std::vector<old_key> out;
    std::vector<order_id> orders;
    using maybe_order = std::optional<order_id>;
    using maybe_sale = std::optional<sale_id>;
    for (auto& [key, order, sale, at] :
         tx.query<purchase_key, maybe_order, maybe_sale, instant>(text)) {
        out.push_back({key, order, at, {}});
        if (sale) out.back().sales.push_back(*sale);
        if (order) orders.push_back(*order);
    }
    auto sales = sales_of(tx, orders);
    for (auto& key : out)
        if (key.order) key.sales = std::move(sales[*key.order]);
    return out;
}

bool purge_keys(db::transaction& tx, std::span<const old_key> old) {
    std::vector<purchase_key> keys;
    std::vector<order_id> orders;
    for (const auto& each : old) {
        keys.push_back(each.key);
        if (each.order) orders.push_back(*each.order);
    }
    sql drop;
    drop << "DELETE FROM purchase_keys WHERE rid IN ";
    if (tx.execute(drop.list(keys)) != static_cast<std::int64_t>(keys.size())) return false;
    sql mark;
    mark << "UPDATE orders SET rid = NULL WHERE id IN ";
    tx.execute(mark.list(orders));
    add_to_voids(tx, -static_cast<std::int64_t>(keys.size() - orders.size()));
    return true;
}

}  // namespace market::order
