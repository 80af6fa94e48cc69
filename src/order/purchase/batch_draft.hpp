#pragma once
/// The rows of one group commit, drafted inside its transaction.
#include "purchase/purchase.hpp"
#include "record/order_queries.hpp"

#include <market/db/transaction.hpp>

#include <string>
#include <vector>

namespace market::order {

using batch = std::vector<purchase_ptr>;

/// An order as it will be written, and its JSON: the reply's bytes and its event's data.
struct drafted {
    purchase_ptr of;
    order made;
    std::string body;
    std::vector<std::int64_t> limits;  ///< per line: the sale's per-buyer limit; 0 for products
};

/// Drafts an order for each purchase of `wanted`. Those that cannot become one are settled at once
/// and left out, both there and in `wanted`: a purchase whose key is taken is answered by the key's
/// row, whatever has become of the things it names; then an address, then the things must exist; an
/// admission to a closed sale is stale. With `payment_hold` orders await a payment for so long.
/// Taken keys are looked for only when some are expected; one that is met all the same makes
/// write_drafts throw unique_violation.
std::vector<drafted> draft_orders(db::transaction& tx, batch& wanted, instant now,
                                  const std::string& currency,
                                  std::optional<std::chrono::seconds> payment_hold,
                                  bool expects_duplicates);

/// Writes the drafts: keys, pools (ascending), buyers, orders, events. False when a pool had no
/// room or another epoch: roll back and ask `settle_misfits`. Throws db::error; check_violation
/// means that a buyer's limit did not hold.
bool write_drafts(db::transaction& tx, const std::vector<drafted>& drafts);

}  // namespace market::order
