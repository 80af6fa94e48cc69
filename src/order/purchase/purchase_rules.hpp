#pragma once
/// Pure rules of the purchase: keys, fingerprints, refusals.
#include "purchase/purchase.hpp"
#include "record/order_queries.hpp"

#include <market/stock/gate.hpp>

namespace market::order {

/// The hash of (buyer, Idempotency-Key), SHA-256 cut to 128 bits; random without a key.
purchase_key make_purchase_key(user_id buyer, const std::optional<std::string>& key);

/// SHA-256 of the parsed body: the lines in their order and the address.
digest256 fingerprint_of(const purchase_request& request);

failure key_in_flight();
failure key_reused();

/// A refusal that names line `index`.
failure refuse_line(errc code, std::size_t index, std::string detail);

failure no_address();
failure unknown_thing(std::size_t index, const cart_line& line);
failure not_open_yet(std::size_t index, instant opens_at);
failure sale_is_paused(std::size_t index);
failure sale_has_ended(std::size_t index);
failure above_limit(std::size_t index, std::int64_t limit, std::int64_t remaining);
failure too_few_left(std::size_t index, std::int64_t remaining);
failure product_short(std::size_t index);

/// What a purchase answers whose key has a row already.
result<purchase_reply> reply_of(const purchase_key_row& row, const digest256& fingerprint);

}  // namespace market::order
