#include "product_queries.hpp"

namespace market::catalog {

namespace {

constexpr db::raw product_columns =
    "SELECT id, name, description, category, price, image_url, created_at FROM products";

std::vector<product> read_products(db::transaction& tx, const db::sql& statement) {
    auto rows = tx.query<product_id, std::string, std::string, std::string, money,
                         std::optional<std::string>, instant>(statement);
    std::vector<product> out;
    out.reserve(rows.size());
    for (auto& [id, name, description, category, price, image_url, created_at] : rows) {
        out.push_back({.id = id,
                       .name = std::move(name),
                       .description = std::move(description),
                       .category = std::move(category),
                       .price = price,
                       .image_url = std::move(image_url),
                       .available = 0,
                       .created_at = created_at});
    }
    return out;
}

}  // namespace

void insert_product(db::transaction& tx, const product& made) {
    tx.execute(
        db::sql{} << "INSERT INTO products"
                     " (id, name, description, category, price, image_url, created_at) VALUES ("
                  << made.id << ", " << made.name << ", " << made.description << ", "
                  << made.category << ", " << made.price << ", " << made.image_url << ", "
                  << made.created_at << ")");
}

std::optional<product> find_product(db::transaction& tx, product_id id, retired_ones retired) {
    db::sql statement;
    statement << product_columns << " WHERE id = " << id;
    if (retired == retired_ones::hidden) statement << " AND retired = 0";
    auto found = read_products(tx, statement);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::vector<product> newest_products(db::transaction& tx, std::optional<product_id> before,
                                     std::size_t max) {
    db::sql statement;
    statement << product_columns << " WHERE retired = 0";
    if (before) statement << " AND id < " << *before;
    statement << " ORDER BY id DESC LIMIT " << max;
    return read_products(tx, statement);
}

}  // namespace market::catalog
