#include "products/product_queries.hpp"

#include "catalog_version.hpp"
#include "products/folded_text.hpp"

namespace market::catalog {

namespace {

constexpr db::raw product_columns =
    "SELECT id, name, description, category, price, image_url, created_at, version FROM products";

std::vector<product> read_products(db::transaction& tx, const db::sql& statement) {
    auto rows = tx.query<product_id, std::string, std::string, std::string, money,
                         std::optional<std::string>, instant, std::int64_t>(statement);
    std::vector<product> out;
    out.reserve(rows.size());
    for (auto& [id, name, description, category, price, image_url, created_at, version] : rows) {
        out.push_back({.id = id,
                       .name = std::move(name),
                       .description = std::move(description),
                       .category = std::move(category),
                       .price = price,
                       .image_url = std::move(image_url),
                       .available = 0,
                       .created_at = created_at,
                       .version = version});
    }
    return out;
}

/// A word has no line end, so no match reaches from the name into the description.
std::string search_text(const product& of) {
    return folded(of.name) + '\n' + folded(of.description);
}

/// Escapes what LIKE takes for wild cards.
std::string escaped(std::string_view word) {
    std::string out;
    for (const char c : word) {
        if (c == '%' || c == '_' || c == '!') out += '!';
        out += c;
    }
    return out;
}

/// The rows after the position. The order ends with the id, so no two rows are equal in it.
void add_after(db::sql& statement, const product_position& after, product_sort sort) {
    switch (sort) {
        case product_sort::newest: statement << " AND id < " << after.id; return;
        case product_sort::price:
            statement << " AND (price > " << after.price << " OR (price = " << after.price
                      << " AND id > " << after.id << "))";
            return;
        case product_sort::price_down:
            statement << " AND (price < " << after.price << " OR (price = " << after.price
                      << " AND id < " << after.id << "))";
            return;
        case product_sort::name:
            statement << " AND (name > " << after.name << " OR (name = " << after.name
                      << " AND id > " << after.id << "))";
            return;
    }
}

db::raw order_by(product_sort sort) {
    switch (sort) {
        case product_sort::newest: return " ORDER BY id DESC";
        case product_sort::price: return " ORDER BY price, id";
        case product_sort::price_down: return " ORDER BY price DESC, id DESC";
        case product_sort::name: return " ORDER BY name, id";
    }
    return "";
}

}  // namespace

void insert_product(db::transaction& tx, const product& row) {
    tx.execute(db::sql{} << "INSERT INTO products (id, name, description, category, price,"
                            " image_url, search_text, created_at) VALUES ("
                         << row.id << ", " << row.name << ", " << row.description << ", "
                         << row.category << ", " << row.price << ", " << row.image_url << ", "
                         << search_text(row) << ", " << row.created_at << ")");
    raise_version(tx);
}

std::optional<product> find_product(db::transaction& tx, product_id id, retired_products retired) {
    db::sql statement;
    statement << product_columns << " WHERE id = " << id;
    if (retired == retired_products::hidden) statement << " AND retired = 0";
    auto found = read_products(tx, statement);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::optional<product> find_product_locked(db::transaction& tx, product_id id) {
    auto found = read_products(tx, db::sql{} << product_columns << " WHERE id = " << id
                                             << " AND retired = 0" << db::for_update(tx.dialect()));
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::vector<product> search_products(db::transaction& tx, const product_search& wanted,
                                     std::size_t max) {
    db::sql statement;
    statement << product_columns << " WHERE retired = 0";
    if (wanted.category) statement << " AND category = " << *wanted.category;
    for (const auto& word : folded_words(wanted.query))
        statement << " AND search_text LIKE " << '%' + escaped(word) + '%' << " ESCAPE '!'";
    if (wanted.after) add_after(statement, *wanted.after, wanted.sort);
    statement << order_by(wanted.sort) << " LIMIT " << max;
    return read_products(tx, statement);
}

bool is_on_sale(db::transaction& tx, product_id product, instant now) {
    return tx
        .query_one<sale_id>(db::sql{} << "SELECT id FROM sales WHERE product_id = " << product
                                      << " AND closed_at IS NULL AND ends_at > " << now
                                      << " LIMIT 1")
        .has_value();
}

void update_product(db::transaction& tx, const product& changed) {
    tx.execute(db::sql{} << "UPDATE products SET name = " << changed.name << ", description = "
                         << changed.description << ", category = " << changed.category
                         << ", price = " << changed.price << ", image_url = " << changed.image_url
                         << ", search_text = " << search_text(changed)
                         << ", version = version + 1 WHERE id = " << changed.id);
    raise_version(tx);
}

void retire(db::transaction& tx, product_id locked) {
    tx.execute(db::sql{} << "UPDATE products SET retired = 1, version = version + 1 WHERE id = "
                         << locked);
    raise_version(tx);
}

}  // namespace market::catalog
