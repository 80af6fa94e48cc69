#include "purchase/purchase_rules.hpp"

#include <cstring>

namespace market::order {

namespace {

/// A field of a hashed text, with its length in front: no two lists of fields give one text.
void add_field(std::string& text, std::string_view field) {
    text += std::to_string(field.size());
    text += ':';
    text += field;
}

}  // namespace

purchase_key make_purchase_key(user_id buyer, const std::optional<std::string>& key) {
    if (!key) return make_random_id<purchase_key>();
    std::string text;
    add_field(text, as_chars(buyer.bytes));
    add_field(text, *key);
    const auto hash = sha256(text);
    purchase_key out;
    std::memcpy(out.bytes.data(), hash.data(), out.bytes.size());
    return out;
}

digest256 fingerprint_of(const purchase_request& request) {
    std::string text;
    for (const auto& line : request.lines) {
        if (const auto* sale = std::get_if<sale_id>(&line.thing)) {
            add_field(text, "sale");
            add_field(text, as_chars(sale->bytes));
        } else {
            add_field(text, "product");
            add_field(text, as_chars(std::get<product_id>(line.thing).bytes));
        }
        add_field(text, std::to_string(line.quantity));
    }
    if (const auto& to = request.address) {
        add_field(text, "address");
        for (const auto* part : {&to->state, &to->city, &to->zipcode, &to->street})
            add_field(text, *part);
    }
    return sha256(text);
}

failure key_in_flight() {
    return {errc::idempotency_in_flight, "a request with this Idempotency-Key is still under way"};
}

failure key_reused() {
    return {errc::idempotency_key_reused, "this Idempotency-Key was used with another body"};
}

failure refuse_line(errc code, std::size_t index, std::string detail) {
    failure out{code, detail};
    out.culprits.push_back({culprit::place::pointer, "/lines/" + std::to_string(index),
                            std::string{to_string(code)}, std::move(detail)});
    return out;
}

failure no_address() {
    return invalid(culprit::place::pointer, "/address", "required",
                   "your profile has no address, so the order needs one");
}

failure unknown_thing(std::size_t index, const cart_line& line) {
    if (line.sale()) return refuse_line(errc::sale_not_found, index, "there is no such sale");
    return refuse_line(errc::product_not_found, index, "there is no such product");
}

failure not_open_yet(std::size_t index, instant opens_at) {
    auto out = refuse_line(errc::sale_not_open, index, "the sale has not opened yet");
    out.facts.emplace_back("opens_at", format_rfc3339(opens_at));
    return out;
}

failure sale_is_paused(std::size_t index) {
    return refuse_line(errc::sale_paused, index, "the sale is paused");
}

failure sale_has_ended(std::size_t index) {
    return refuse_line(errc::sale_ended, index, "the sale has ended");
}

failure above_limit(std::size_t index, std::int64_t limit, std::int64_t remaining) {
    auto out =
        refuse_line(errc::purchase_limit, index, "above what one buyer may buy in this sale");
    out.facts.emplace_back("limit", limit);
    out.facts.emplace_back("remaining", remaining);
    return out;
}

failure too_few_left(std::size_t index, std::int64_t remaining) {
    auto out = refuse_line(errc::sold_out, index, "fewer units are left than were asked for");
    out.facts.emplace_back("remaining", remaining);
    return out;
}

failure product_short(std::size_t index) {
    return refuse_line(errc::out_of_stock, index, "fewer units are in stock than were asked for");
}

result<purchase_reply> reply_of(const purchase_key_row& row, const digest256& fingerprint) {
    if (!row.order)
        return failure{errc::attempt_void,
                       "this attempt was given up after a fault; use a new Idempotency-Key"};
    if (row.fingerprint != fingerprint) return key_reused();
    return purchase_reply{*row.order, row.reply, true};
}

}  // namespace market::order
