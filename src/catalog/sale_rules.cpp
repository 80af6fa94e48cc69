#include "sale_rules.hpp"

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

sale_status status_of(const sale_row& row, instant now, std::int64_t remaining) {
    if (row.closed_at || now >= row.ends_at) return sale_status::ended;
    if (now < row.starts_at) return sale_status::upcoming;
    if (row.paused) return sale_status::paused;
    return remaining == 0 ? sale_status::sold_out : sale_status::open;
}

sale present(const sale_row& row, const stock::pool& pool,
             const std::optional<stock::gate_view>& gate, instant clock_now) {
    const bool by_gate = gate && gate->state == stock::gate_state::open && !row.closed_at;
    const instant now = by_gate ? gate->now : clock_now;
    // A closed sale's pool holds just what was sold: the rest went back to the product.
    const std::int64_t remaining = by_gate ? gate->remaining : pool.available();
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
            .server_time = now};
}

sale_stock stock_of(const stock::pool& pool, const std::optional<stock::gate_view>& gate) {
    const bool by_gate = gate && gate->state == stock::gate_state::open && !pool.closed;
    const std::int64_t held = by_gate ? gate->held : 0;
    // The gate was asked after the pool was read: units cancelled in between may be held anew.
    const std::int64_t remaining = std::max<std::int64_t>(0, pool.available() - held);
    return {.total = pool.total,
            .sold = pool.sold,
            .held = held,
            .remaining = remaining,
            .gate_epoch = pool.gate_epoch};
}

}  // namespace market::catalog
