#pragma once
/// What the order writer reads of products and sales, in its own transaction.
#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/base/money.hpp>
#include <market/db/transaction.hpp>

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace market::catalog {

struct sale_terms {
    product_id product;
    std::string product_name;
    money price;
    std::int64_t per_user_limit = 1;
    instant starts_at, ends_at;
    bool paused = false;
    bool closed = false;
};
struct product_terms {
    std::string name;
    money price;
    bool retired = false;
};

/// Those that exist.
std::unordered_map<sale_id, sale_terms> terms_of_sales(db::transaction& tx,
                                                       std::span<const sale_id> ids);
std::unordered_map<product_id, product_terms> terms_of_products(db::transaction& tx,
                                                                std::span<const product_id> ids);
/// Those of `ids` that ended (closed, or past `ends_at`) at or before `at`.
std::vector<sale_id> ended_before(db::transaction& tx, std::span<const sale_id> ids, instant at);

}  // namespace market::catalog
