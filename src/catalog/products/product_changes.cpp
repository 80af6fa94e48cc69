#include "products/product_changes.hpp"

#include "products/product_queries.hpp"
#include "products/product_reader.hpp"
#include "version_condition.hpp"

#include <market/stock/ledger.hpp>

namespace market::catalog {

namespace {

namespace ledger = stock::ledger;

failure no_product() { return {errc::product_not_found, "there is no such product"}; }

product with(product row, const product_change& wanted) {
    row.name = wanted.name.value_or(row.name);
    row.description = wanted.description.value_or(row.description);
    row.category = wanted.category.value_or(row.category);
    row.price = wanted.price.value_or(row.price);
    row.image_url = wanted.image_url.value_or(row.image_url);
    return row;
}

}  // namespace

product create_product_in(db::transaction& tx, const product& wanted, const std::string& actor,
                          std::int64_t low_at) {
    ledger::open_general_pool(tx, wanted.id, wanted.available, actor, wanted.created_at, low_at);
    insert_product(tx, wanted);
    return wanted;
}

result<product> change_product_in(db::transaction& tx, product_id id, const product_change& wanted,
                                  const version_condition& upon) {
    auto found = find_product_locked(tx, id);
    if (!found) return no_product();
    if (auto fine = check_version(upon, found->version); !fine) return fine.error();
    std::vector<product> one{with(std::move(*found), wanted)};
    update_product(tx, one.front());
    ++one.front().version;
    fill_available(tx, one);
    return std::move(one.front());
}

// A new sale takes the same lock: none can be created meanwhile.
result<void> retire_product_in(db::transaction& tx, product_id id, instant now) {
    if (!find_product_locked(tx, id)) return no_product();
    if (is_on_sale(tx, id, now))
        return failure{errc::product_on_sale, "a sale of the product has not ended"};
    retire(tx, id);
    return {};
}

result<product_stock> stock_in(db::transaction& tx, product_id id) {
    if (!find_product(tx, id, retired_products::included)) return no_product();
    product_stock out{.product = id, .available = 0, .pools = ledger::pools_of(tx, id)};
    for (const auto& pool : out.pools) {
        if (!pool.sale) out.available = pool.available();
    }
    return out;
}

}  // namespace market::catalog
