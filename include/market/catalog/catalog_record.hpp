#pragma once
/// What the module order needs of products and sales in its own transactions: the terms of a
/// purchase, and, for its sweeper, the sales that have to be announced or closed.
#include <market/base/clock.hpp>
#include <market/base/error.hpp>
#include <market/base/id.hpp>
#include <market/base/money.hpp>
#include <market/db/transaction.hpp>

#include <span>
#include <string>
#include <string_view>
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

/// Without those that do not exist.
std::unordered_map<sale_id, sale_terms> terms_of_sales(db::transaction& tx,
                                                       std::span<const sale_id> ids);
std::unordered_map<product_id, product_terms> terms_of_products(db::transaction& tx,
                                                                std::span<const product_id> ids);
/// Those of `ids` that had ended at `at`: closed, or past `ends_at`.
std::vector<sale_id> ended_before(db::transaction& tx, std::span<const sale_id> ids, instant at);

// --- for the sweeper, once a second ---

/// Sales that have begun at `now` and were not announced, at most `max`.
std::vector<sale_id> begun_unannounced(db::transaction& tx, instant now, std::size_t max);
/// Announces that the sale opened: appends `market.sale.opened.v1`. False when it was announced
/// before, or is closed: nothing changed.
bool announce_opened(db::transaction& tx, sale_id sale, instant at, std::string_view currency);

/// Sales that had ended at `at` and are not closed, at most `max`.
std::vector<sale_id> ended_unclosed(db::transaction& tx, instant at, std::size_t max);
/// Closes the sale and its pool; unsold units go back to the product. Appends
/// `market.sale.closed.v1`, and before it `market.sale.opened.v1` if that is still due. False when
/// it was closed before: nothing changed. Errors: sale_not_found.
result<bool> close_sale(db::transaction& tx, sale_id sale, const std::string& actor, instant at,
                        std::string_view currency);
/// Sales that were closed at or after `since`, at most `max`: their gates have to be removed.
std::vector<sale_id> closed_since(db::transaction& tx, instant since, std::size_t max);

}  // namespace market::catalog
