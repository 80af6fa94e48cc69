#pragma once
/// The orders of one group commit, drafted and written inside its transaction.
#include "purchase/purchase.hpp"
#include "record/order_queries.hpp"

#include <market/db/transaction.hpp>

#include <string>
#include <vector>

namespace market::order {

using batch = std::vector<purchase_ptr>;

/// An order as it will be written, and its JSON: the reply's bytes and its event's data.
struct order_draft {
    purchase_ptr purchase;
    market::order::order order;
    std::string body;
    std::vector<std::int64_t> limits;  ///< per line: the sale's per-buyer limit; 0 for products
};

/// Drafts an order for each purchase of `wanted`. A purchase that cannot become one is settled at
/// once and leaves `wanted`. Asked in this order: does its purchase key have a row (which answers,
/// whatever has become of the things named), has it an address, do its things exist, is one of its
/// sales closed (then its admission is stale). With `payment_hold` orders await a payment that
/// long. Rows of keys are searched only if `expects_duplicates`; a key that has one all the same
/// makes write_drafts throw unique_violation.
std::vector<order_draft> draft_orders(db::transaction& tx, batch& wanted, instant now,
                                      const std::string& currency,
                                      std::optional<std::chrono::seconds> payment_hold,
                                      bool expects_duplicates);

/// Writes the drafts: keys, pools (ascending), buyers, orders, events. False when a pool has too
/// few units or another epoch: roll back and call refuse_what_does_not_fit. Throws db::error;
/// check_violation means that a buyer's limit did not hold.
bool write_drafts(db::transaction& tx, const std::vector<order_draft>& drafts);

}  // namespace market::order
