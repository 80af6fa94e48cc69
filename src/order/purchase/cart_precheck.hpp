#pragma once
/// Checks a whole cart before any of its lines is admitted. So the refusal names the right culprit:
/// all lines must exist, then all be on sale. And a cart that cannot be bought takes no unit, not
/// even for a moment, in which another buyer would find the sale sold out.
#include "purchase/purchase_rules.hpp"

#include <market/db/transaction.hpp>

#include <optional>
#include <span>
#include <vector>

namespace market::order {

struct line_facts {
    bool exists = false;
    std::int64_t available = 0;  ///< of product lines
    bool closed = false;         ///< this and the rest: of sale lines
    bool paused = false;
    instant starts_at, ends_at;
    std::int64_t limit = 0;
    std::int64_t bought = 0;  ///< by this buyer, in live orders
};

struct cart_facts {
    std::optional<purchase_key_row> key;  ///< the row of the purchase key, if it has one
    bool has_address = true;
    std::vector<line_facts> lines;  ///< in the cart's order
};

cart_facts read_cart_facts(db::transaction& tx, const cart& of);

/// Why the cart cannot be bought, by the order of API.md 5; empty when nothing speaks against it.
/// `views`: of the sale lines, in the cart's order.
std::optional<failure> first_refusal(const cart& of, const cart_facts& known,
                                     std::span<const stock::gate_view> views);

}  // namespace market::order
