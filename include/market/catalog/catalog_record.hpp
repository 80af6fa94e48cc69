#pragma once
/// What the order module reads of products and sales in its own transactions, and what its sweeper
/// does to sales whose time has come.
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

/// Those that exist.
std::unordered_map<sale_id, sale_terms> terms_of_sales(db::transaction& tx,
                                                       std::span<const sale_id> ids);
std::unordered_map<product_id, product_terms> terms_of_products(db::transaction& tx,
                                                                std::span<const product_id> ids);
/// Those of `ids` that ended (closed, or past `ends_at`) at or before `at`.
std::vector<sale_id> ended_before(db::transaction& tx, std::span<const sale_id> ids, instant at);

// --- sales whose time has come, once a second ---

/// Sales that began at or before `now`, of which nobody was told, at most `max`.
std::vector<sale_id> begun_untold(db::transaction& tx, instant now, std::size_t max);
/// Appends `market.sale.opened.v1`. False when it was told before, or the sale is closed: nothing
/// changed.
bool tell_opened(db::transaction& tx, sale_id sale, instant at, std::string_view currency);

/// Sales that ended at or before `at` and are not closed, at most `max`.
std::vector<sale_id> ended_unclosed(db::transaction& tx, instant at, std::size_t max);
/// Closes it for good, with its pool: unsold units go to the product; appends
/// `market.sale.closed.v1` (after `opened`, if that was due and not told). False when it was closed
/// before: nothing changed. Errors: sale_not_found.
result<bool> close_for_good(db::transaction& tx, sale_id sale, const std::string& actor, instant at,
                            std::string_view currency);
/// Sales that were closed at or after `since`, at most `max`: their gates are to be gone.
std::vector<sale_id> closed_since(db::transaction& tx, instant since, std::size_t max);

}  // namespace market::catalog
