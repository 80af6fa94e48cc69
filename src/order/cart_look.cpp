#include "cart_look.hpp"

#include "order_queries.hpp"

#include <market/catalog/catalog_record.hpp>

namespace market::order {

cart_facts look_at(db::transaction& tx, const cart& of, bool keyed) {
    cart_facts out;
    if (keyed) {
        const std::array rids{of.rid};
        auto rows = find_keys(tx, rids);
        if (!rows.empty()) out.key = std::move(rows.front());
    }
    std::vector<sale_id> sales;
    std::vector<product_id> products;
    for (const auto& line : of.lines) {
        if (line.sale())
            sales.push_back(*line.sale());
        else
            products.push_back(*line.product());
    }
    const auto of_sales = catalog::terms_of_sales(tx, sales);
    const auto of_products = catalog::terms_of_products(tx, products);
    for (const auto& line : of.lines) {
        line_facts facts;
        if (const auto* product = line.product()) {
            const auto terms = of_products.find(*product);
            facts.there = terms != of_products.end() && !terms->second.retired;
        } else if (const auto terms = of_sales.find(*line.sale()); terms != of_sales.end()) {
            const auto& sale = terms->second;
            facts = {true, sale.closed, sale.paused, sale.starts_at, sale.ends_at};
        }
        out.lines.push_back(facts);
    }
    return out;
}

std::optional<failure> first_refusal(const cart& of, const cart_facts& known, instant now) {
    for (std::size_t i = 0; i < of.lines.size(); ++i)
        if (!known.lines[i].there) return unknown_thing(i, of.lines[i]);
    for (std::size_t i = 0; i < of.lines.size(); ++i) {
        if (!of.lines[i].sale()) continue;
        const auto& sale = known.lines[i];
        if (sale.closed || now >= sale.ends_at) return sale_has_ended(i);
        if (now < sale.starts_at) return not_open_yet(i, sale.starts_at);
        if (sale.paused) return sale_is_paused(i);
    }
    return std::nullopt;
}

}  // namespace market::order
