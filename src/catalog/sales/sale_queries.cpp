#include "sales/sale_queries.hpp"

#include "catalog_version.hpp"

namespace market::catalog {

namespace {

constexpr db::raw sale_columns =
    "SELECT id, product_id, title, price, quantity, per_user_limit, starts_at, ends_at, paused,"
    " closed_at, opened, version FROM sales";

std::vector<sale_row> read_sales(db::transaction& tx, const db::sql& statement) {
    auto rows =
        tx.query<sale_id, product_id, std::string, money, std::int64_t, std::int64_t, instant,
                 instant, bool, std::optional<instant>, bool, std::int64_t>(statement);
    std::vector<sale_row> out;
    out.reserve(rows.size());
    for (auto& [id, product, title, price, quantity, limit, starts_at, ends_at, paused, closed_at,
                opened, version] : rows) {
        out.push_back({.id = id,
                       .product = product,
                       .title = std::move(title),
                       .price = price,
                       .quantity = quantity,
                       .per_user_limit = limit,
                       .starts_at = starts_at,
                       .ends_at = ends_at,
                       .paused = paused,
                       .closed_at = closed_at,
                       .opened = opened,
                       .version = version});
    }
    return out;
}

void add_status(db::sql& statement, sale_status status, instant now) {
    if (status == sale_status::ended) {
        statement << " AND (closed_at IS NOT NULL OR ends_at <= " << now << ")";
        return;
    }
    statement << " AND closed_at IS NULL AND ends_at > " << now;
    if (status == sale_status::upcoming) {
        statement << " AND starts_at > " << now;
        return;
    }
    statement << " AND starts_at <= " << now << " AND paused = " << (status == sale_status::paused);
}

}  // namespace

void insert_sale(db::transaction& tx, const sale_row& row, instant created_at) {
    tx.execute(
        db::sql{} << "INSERT INTO sales (id, product_id, title, price, quantity, per_user_limit,"
                     " starts_at, ends_at, created_at) VALUES ("
                  << row.id << ", " << row.product << ", " << row.title << ", " << row.price << ", "
                  << row.quantity << ", " << row.per_user_limit << ", " << row.starts_at << ", "
                  << row.ends_at << ", " << created_at << ")");
    raise_version(tx);
}

std::optional<sale_row> find_sale(db::transaction& tx, sale_id id) {
    auto found = read_sales(tx, db::sql{} << sale_columns << " WHERE id = " << id);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::vector<sale_row> newest_sales(db::transaction& tx, const sale_filter& filter, instant now,
                                   std::optional<sale_id> before, std::size_t max) {
    db::sql statement;
    statement << sale_columns << " WHERE 1 = 1";
    if (filter.product) statement << " AND product_id = " << *filter.product;
    if (filter.status) add_status(statement, *filter.status, now);
    if (before) statement << " AND id < " << *before;
    statement << " ORDER BY id DESC LIMIT " << max;
    return read_sales(tx, statement);
}

std::optional<sale_row> find_sale_locked(db::transaction& tx, sale_id id) {
    auto found = read_sales(
        tx, db::sql{} << sale_columns << " WHERE id = " << id << db::for_update(tx.dialect()));
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void update_sale(db::transaction& tx, const sale_row& changed) {
    tx.execute(db::sql{} << "UPDATE sales SET title = " << changed.title
                         << ", price = " << changed.price << ", quantity = " << changed.quantity
                         << ", per_user_limit = " << changed.per_user_limit
                         << ", starts_at = " << changed.starts_at
                         << ", ends_at = " << changed.ends_at << ", paused = " << changed.paused
                         << ", version = version + 1 WHERE id = " << changed.id);
    raise_version(tx);
}

bool mark_opened(db::transaction& tx, sale_id id) {
    return tx.execute(db::sql{} << "UPDATE sales SET opened = 1, events = events + 1"
                                   " WHERE opened = 0 AND id = "
                                << id) == 1;
}

bool mark_closed(db::transaction& tx, sale_id id, instant at) {
    const auto marked = tx.execute(
        db::sql{}
        << "UPDATE sales SET closed_at = " << at
        << ", version = version + 1, events = events + 1 WHERE closed_at IS NULL AND id = " << id);
    if (marked == 1) raise_version(tx);
    return marked == 1;
}

}  // namespace market::catalog
