#include <market/catalog/catalog_record.hpp>

namespace market::catalog {

std::unordered_map<sale_id, sale_terms> terms_of_sales(db::transaction& tx,
                                                       std::span<const sale_id> ids) {
    std::unordered_map<sale_id, sale_terms> out;
    auto rows = tx.query_by<sale_id, product_id, std::string, money, std::int64_t, instant, instant,
                            bool, std::optional<instant>>(
        "SELECT s.id, s.product_id, p.name, s.price, s.per_user_limit, s.starts_at, s.ends_at,"
        " s.paused, s.closed_at FROM sales s JOIN products p ON p.id = s.product_id"
        " WHERE s.id",
        ids);
    for (auto& [id, product, name, price, limit, starts_at, ends_at, paused, closed_at] : rows) {
        out.emplace(id, sale_terms{.product = product,
                                   .product_name = std::move(name),
                                   .price = price,
                                   .per_user_limit = limit,
                                   .starts_at = starts_at,
                                   .ends_at = ends_at,
                                   .paused = paused,
                                   .closed = closed_at.has_value()});
    }
    return out;
}

std::unordered_map<product_id, product_terms> terms_of_products(db::transaction& tx,
                                                                std::span<const product_id> ids) {
    std::unordered_map<product_id, product_terms> out;
    auto rows = tx.query_by<product_id, std::string, money, bool>(
        "SELECT id, name, price, retired FROM products WHERE id", ids);
    for (auto& [id, name, price, retired] : rows) {
        out.emplace(id, product_terms{.name = std::move(name), .price = price, .retired = retired});
    }
    return out;
}

std::vector<sale_id> ended_before(db::transaction& tx, std::span<const sale_id> ids, instant at) {
    std::vector<sale_id> out;
    if (ids.empty()) return out;
    db::sql statement;
    statement << "SELECT id FROM sales WHERE (closed_at <= " << at << " OR ends_at <= " << at
              << ") AND id IN ";
    statement.list(ids);
    for (const auto& [id] : tx.query<sale_id>(statement)) out.push_back(id);
    return out;
}

}  // namespace market::catalog
