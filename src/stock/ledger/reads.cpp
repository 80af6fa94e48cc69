#include "ledger/rows.hpp"

#include <algorithm>

namespace market::stock::ledger {
namespace {

movement_kind kind_of(std::string_view name) {
    for (auto kind : {movement_kind::received, movement_kind::adjusted, movement_kind::allocated,
                      movement_kind::returned})
        if (to_string(kind) == name) return kind;
    throw db::error{db::cause::data_error, "a stock movement is of no known kind"};
}

}  // namespace

std::optional<pool> find(db::transaction& tx, pool_id id) {
    auto found = read_pools(tx, db::sql{} << pool_columns << "WHERE id = " << id);
    if (found.empty()) return {};
    return found.front();
}

std::vector<pool> find_locked(db::transaction& tx, std::span<const pool_id> ids) {
    db::sql query;
    query << pool_columns << "WHERE id IN ";
    query.list(ids) << " ORDER BY id" << db::for_update(tx.dialect());
    return read_pools(tx, query);
}

std::vector<pool> pools_of(db::transaction& tx, product_id product) {
    return read_pools(tx, db::sql{} << pool_columns << "WHERE product_id = " << product
                                    << " ORDER BY sale_id IS NOT NULL, id");
}

std::unordered_map<product_id, std::int64_t> available_of(db::transaction& tx,
                                                          std::span<const product_id> products) {
    db::sql query;
    query << "SELECT product_id, total - sold FROM pools WHERE sale_id IS NULL AND id IN ";
    query.list(products);
    std::unordered_map<product_id, std::int64_t> out;
    for (const auto& [product, available] : tx.query<product_id, std::int64_t>(query))
        out.emplace(product, available);
    return out;
}

std::vector<pool> pools_of_sales(db::transaction& tx, std::span<const sale_id> sales) {
    db::sql query;
    query << pool_columns << "WHERE sale_id IS NOT NULL AND id IN ";
    query.list(sales) << " ORDER BY id";
    return read_pools(tx, query);
}

std::vector<pool> open_sale_pools(db::transaction& tx) {
    return read_pools(tx, db::sql{} << pool_columns
                                    << "WHERE closed = 0 AND sale_id IS NOT NULL ORDER BY sale_id");
}

std::vector<buyer_units> buyers_of(db::transaction& tx, sale_id sale) {
    auto rows = tx.query<user_id, std::int64_t>(
        db::sql{} << "SELECT user_id, quantity FROM sale_buyers WHERE sale_id = " << sale
                  << " ORDER BY user_id");
    std::vector<buyer_units> out;
    out.reserve(rows.size());
    for (const auto& [buyer, units] : rows) out.push_back({buyer, units});
    return out;
}

bool has_buyers(db::transaction& tx, sale_id sale) {
    return tx
        .query_one<user_id>(db::sql{} << "SELECT user_id FROM sale_buyers WHERE sale_id = " << sale
                                      << " LIMIT 1")
        .has_value();
}

std::unordered_map<sale_id, std::int64_t> bought_by(db::transaction& tx, user_id buyer,
                                                    std::span<const sale_id> sales) {
    db::sql query;
    query << "SELECT sale_id, quantity FROM sale_buyers WHERE user_id = " << buyer
          << " AND sale_id IN ";
    query.list(sales);
    std::unordered_map<sale_id, std::int64_t> out;
    for (const auto& [sale, units] : tx.query<sale_id, std::int64_t>(query))
        out.emplace(sale, units);
    return out;
}

std::int64_t units_of_buyer(db::transaction& tx, sale_id sale, user_id buyer) {
    auto row = tx.query_one<std::int64_t>(
        db::sql{} << "SELECT quantity FROM sale_buyers WHERE sale_id = " << sale
                  << " AND user_id = " << buyer << db::for_update(tx.dialect()));
    return row ? std::get<0>(*row) : 0;
}

std::vector<movement> movements_of(db::transaction& tx, product_id product, int limit,
                                   std::optional<movement_id> before) {
    db::sql query;
    query << "SELECT id, at, sale_id, kind, delta, reason, actor FROM stock_movements"
             " WHERE product_id = "
          << product;
    if (before) query << " AND id < " << *before;
    query << " ORDER BY id DESC LIMIT " << std::max(limit, 0);
    auto rows = tx.query<movement_id, instant, std::optional<sale_id>, std::string, std::int64_t,
                         std::string, std::string>(query);
    std::vector<movement> out;
    out.reserve(rows.size());
    for (auto& [id, at, sale, kind, delta, reason, actor] : rows)
        out.push_back(
            {id, at, product, sale, kind_of(kind), delta, std::move(reason), std::move(actor)});
    return out;
}

}  // namespace market::stock::ledger
