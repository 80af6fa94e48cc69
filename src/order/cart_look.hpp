#pragma once
/// A look at a cart of several lines before any of them is admitted, so that the answer names the
/// right culprit: all must exist, then all must be on sale.
#include "purchase_rules.hpp"

#include <market/db/transaction.hpp>

#include <optional>
#include <vector>

namespace market::order {

struct line_facts {
    bool there = false;
    bool closed = false;  ///< this and the rest: of sale lines
    bool paused = false;
    instant starts_at, ends_at;
};

struct cart_facts {
    std::optional<key_row> key;     ///< the key's row, if the cart has a key that was used
    std::vector<line_facts> lines;  ///< in the cart's order
};

cart_facts look_at(db::transaction& tx, const cart& of, bool keyed);

/// The first line that is missing; else the first whose sale is not open at `now`.
std::optional<failure> first_refusal(const cart& of, const cart_facts& known, instant now);

}  // namespace market::order
