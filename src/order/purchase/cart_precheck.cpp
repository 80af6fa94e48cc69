#include "purchase/cart_precheck.hpp"

#include "record/order_queries.hpp"

#include <market/catalog/catalog_record.hpp>
#include <market/stock/ledger.hpp>
#include <market/user/user_record.hpp>

#include <algorithm>
#include <map>

namespace market::order {

cart_facts read_cart_facts(db::transaction& tx, const cart& of) {
    cart_facts out;
    if (of.keyed) out.key = find_key(tx, of.key);
    std::vector<sale_id> sales;
    std::vector<product_id> products;
    for (const auto& line : of.lines) {
        if (line.sale())
            sales.push_back(*line.sale());
        else
            products.push_back(*line.product());
    }
    if (of.may_lack_address) {
        const std::array buyer{of.buyer};
        out.has_address = !user::addresses_of(tx, buyer).empty();
    }
    const auto of_sales = catalog::terms_of_sales(tx, sales);
    const auto of_products = catalog::terms_of_products(tx, products);
    const auto bought = stock::ledger::bought_by(tx, of.buyer, sales);
    const auto available = stock::ledger::available_of(tx, products);
    for (const auto& line : of.lines) {
        line_facts facts;
        if (const auto* product = line.product()) {
            const auto terms = of_products.find(*product);
            facts.exists = terms != of_products.end() && !terms->second.retired;
            if (facts.exists) facts.available = available.at(*product);
        } else if (const auto terms = of_sales.find(*line.sale()); terms != of_sales.end()) {
            const auto& sale = terms->second;
            const auto units = bought.find(*line.sale());
            facts = {.exists = true,
                     .closed = sale.closed,
                     .paused = sale.paused,
                     .starts_at = sale.starts_at,
                     .ends_at = sale.ends_at,
                     .limit = sale.per_user_limit,
                     .bought = units == bought.end() ? 0 : units->second};
        }
        out.lines.push_back(facts);
    }
    return out;
}

namespace {

std::optional<failure> not_on_sale(std::size_t index, const line_facts& sale, instant now) {
    if (sale.closed || now >= sale.ends_at) return sale_has_ended(index);
    if (now < sale.starts_at) return not_open_yet(index, sale.starts_at);
    if (sale.paused) return sale_is_paused(index);
    return std::nullopt;
}

std::optional<failure> not_admitted(std::size_t index, std::int64_t units, const line_facts& sale,
                                    const stock::gate_view& gate) {
    const auto allowed = std::max<std::int64_t>(0, sale.limit - sale.bought);
    if (units > allowed) return above_limit(index, sale.limit, allowed);
    if (units > gate.remaining) return too_few_left(index, gate.remaining);
    return std::nullopt;
}

}  // namespace

std::optional<failure> first_refusal(const cart& of, const cart_facts& known,
                                     std::span<const stock::gate_view> views) {
    if (!known.has_address) return no_address();
    for (std::size_t i = 0; i < of.lines.size(); ++i)
        if (!known.lines[i].exists) return unknown_thing(i, of.lines[i]);
    std::map<sale_id, std::pair<std::size_t, const stock::gate_view*>> by_sale;
    for (std::size_t i = 0; i < of.lines.size(); ++i) {
        if (!of.lines[i].sale()) continue;
        const auto& gate = views[by_sale.size()];
        if (auto refused = not_on_sale(i, known.lines[i], gate.now)) return refused;
        by_sale.emplace(*of.lines[i].sale(), std::pair{i, &gate});
    }
    for (const auto& [sale, place] : by_sale) {
        const auto& [i, gate] = place;
        // The gate has to be loaded first; the admission then finds what is against this line.
        if (gate->state != stock::gate_state::open) return std::nullopt;
        if (auto refused = not_admitted(i, of.lines[i].quantity, known.lines[i], *gate))
            return refused;
    }
    for (std::size_t i = 0; i < of.lines.size(); ++i)
        if (of.lines[i].product() && of.lines[i].quantity > known.lines[i].available)
            return product_short(i);
    return std::nullopt;
}

}  // namespace market::order
