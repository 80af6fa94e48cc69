#include "sales/sale_rules.hpp"

#include <algorithm>

namespace market::catalog {

std::string_view to_string(sale_status status) {
    switch (status) {
        case sale_status::ended: return "ended";
        case sale_status::upcoming: return "upcoming";
        case sale_status::paused: return "paused";
        case sale_status::sold_out: return "sold_out";
        case sale_status::open: break;
    }
    return "open";
}

result<void> check_window(instant starts_at, instant ends_at, instant now) {
    constexpr auto here = culprit::place::pointer;
    if (ends_at <= starts_at) {
        return invalid(here, "/ends_at", "range", "ends_at must be after starts_at.");
    }
    if (ends_at <= now) return invalid(here, "/ends_at", "range", "ends_at must be in the future.");
    return {};
}

bool has_ended(const sale_row& row, instant now) { return row.closed_at || now >= row.ends_at; }

sale_row with(sale_row row, const sale_change& wanted) {
    if (wanted.title) row.title = *wanted.title;
    row.price = wanted.price.value_or(row.price);
    row.quantity = wanted.quantity.value_or(row.quantity);
    row.per_user_limit = wanted.per_user_limit.value_or(row.per_user_limit);
    row.starts_at = wanted.starts_at.value_or(row.starts_at);
    row.ends_at = wanted.ends_at.value_or(row.ends_at);
    return row;
}

bool fits_open_sale(const sale_row& before, const sale_row& after) {
    sale_row allowed = before;
    allowed.title = after.title;
    allowed.ends_at = after.ends_at;
    return allowed == after;
}

result<void> check_change(const sale_row& before, const sale_row& after, instant now,
                          bool has_opened) {
    if (has_ended(before, now)) return failure{errc::sale_state, "the sale has ended"};
    if ((has_opened || now >= before.starts_at) && !fits_open_sale(before, after)) {
        return failure{errc::sale_state,
                       "the sale has opened: only title and ends_at can be changed"};
    }
    return check_window(after.starts_at, after.ends_at, now);
}

sale_status status_of(const sale_row& row, instant now, std::int64_t remaining) {
    if (has_ended(row, now)) return sale_status::ended;
    if (now < row.starts_at) return sale_status::upcoming;
    if (row.paused) return sale_status::paused;
    return remaining == 0 ? sale_status::sold_out : sale_status::open;
}

bool gate_suffices(const sale_record& record, const std::optional<stock::gate_view>& gate) {
    // The pool of a closed sale has no units available: they went back to the product.
    return record.row.closed_at || (gate && gate->state == stock::gate_state::open);
}

sale current_sale(const sale_record& record, const std::optional<stock::gate_view>& gate,
                  instant clock_now) {
    const auto& row = record.row;
    const bool by_gate = gate && gate_suffices(record, gate) && !row.closed_at;
    const instant now = by_gate ? gate->now : clock_now;
    const std::int64_t remaining = by_gate ? gate->remaining : record.pool.available();
    return {.id = row.id,
            .product = row.product,
            .title = row.title,
            .price = row.price,
            .quantity = row.quantity,
            .remaining = remaining,
            .per_user_limit = row.per_user_limit,
            .starts_at = row.starts_at,
            .ends_at = row.ends_at,
            .status = status_of(row, now, remaining),
            .server_time = now,
            .version = row.version};
}

sale_stock stock_of(const stock::pool& pool, const std::optional<stock::gate_view>& gate) {
    const bool by_gate = gate && gate->state == stock::gate_state::open && !pool.closed;
    const std::int64_t held = by_gate ? gate->held : 0;
    // The gate was asked after the pool was read: units cancelled in between may be held again.
    const std::int64_t remaining = std::max<std::int64_t>(0, pool.available() - held);
    return {.total = pool.total,
            .sold = pool.sold,
            .held = held,
            .remaining = remaining,
            .gate_epoch = pool.gate_epoch};
}

}  // namespace market::catalog
