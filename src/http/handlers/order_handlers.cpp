#include "handlers/handlers.hpp"
#include "handlers/page_reply.hpp"
#include "input/idempotency_key.hpp"
#include "input/json_pointer.hpp"
#include "input/object_reader.hpp"

#include <set>

namespace market::http {
namespace {

failure no_such_order() { return failure{errc::order_not_found, "there is no such order"}; }

/// Exactly one of `sale_id` and `product_id`.
std::variant<sale_id, product_id> read_thing(object_reader& in) {
    const bool by_product = in.has("product_id") && !in.has("sale_id");
    if (by_product) return in.id<product_id>("product_id");
    if (in.has("product_id")) {
        in.fault("product_id", "unknown", "a line names a sale or a product, not both");
        in.ignore("product_id");
    }
    return in.id<sale_id>("sale_id");
}

std::vector<order::wanted_line> read_lines(object_reader& in, findings& found) {
    std::vector<order::wanted_line> lines;
    std::set<std::variant<sale_id, product_id>> seen;
    for (const auto& element : in.array("lines", order_lines_max)) {
        auto at = pointer_to(pointer_to(in.at(), "lines"), std::to_string(lines.size()));
        object_reader line(element, at, found);
        order::wanted_line wanted{read_thing(line)};
        wanted.quantity = line.integer("quantity", 1, line_quantity_max);
        line.finish();
        const bool is_named =
            wanted.thing != decltype(wanted.thing){};  // a fault leaves the default
        if (is_named && !seen.insert(wanted.thing).second) {
            found.add(culprit::place::pointer, std::move(at), "duplicate",
                      "an earlier line names the same thing");
        }
        lines.push_back(wanted);
    }
    return lines;
}

constexpr std::array<std::string_view, 3> delivery_steps{"preparing", "shipped", "delivered"};

std::optional<order::order_state> read_state(query_reader& asked) {
    std::array<std::string_view, order::order_states.size()> names;
    std::transform(order::order_states.begin(), order::order_states.end(), names.begin(),
                   [](order::order_state one) { return order::to_string(one); });
    const auto chosen = asked.choice("state", names);
    return chosen ? std::optional(order::order_states.at(*chosen)) : std::nullopt;
}

}  // namespace

answering place_order(call it) {
    it.takes_no_parameters();
    order::purchase_request wanted;
    wanted.buyer = it.who.id;
    wanted.profile_may_lack_address = it.who.is_admin();
    wanted.idempotency_key = read_idempotency_key(it.sent.idempotency_keys, it.found);
    object_reader in(it.body, "", it.found);
    wanted.lines = read_lines(in, it.found);
    wanted.address = in.optional_address("address");
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    wanted.traceparent = it.sent.traceparent;
    wanted.until = std::chrono::steady_clock::now() + it.shop.chosen.request_deadline;
    auto placed = co_await it.shop.parts.orders.place(std::move(wanted));
    if (!placed) co_return placed.error();
    auto answer = private_reply(201, std::move(placed->body));
    answer.headers.emplace_back("Location", "/v1/orders/" + to_string(placed->id));
    if (placed->replayed) answer.headers.emplace_back("Idempotent-Replayed", "true");
    co_return answer;
}

answering list_orders(call it) {
    query_reader asked(it.sent.query, it.found);
    auto wanted = asked.page();
    order::order_filter filter;
    filter.state = read_state(asked);
    if (it.who.is_admin()) {
        filter.user = asked.id<user_id>("user_id");
        filter.sale = asked.id<sale_id>("sale_id");
    }
    asked.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);

    auto found = co_await it.shop.parts.orders.list(it.who, std::move(wanted), filter);
    if (!found) co_return found.error();
    const auto show = [&](const order::order& one) {
        return order::to_json(one, it.shop.chosen.currency);
    };
    auto answer = page_reply(it.sent, *found, show);
    answer.headers.emplace_back("Cache-Control", "no-store");
    co_return answer;
}

answering read_order(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<order_id>();
    if (!id) co_return no_such_order();
    auto found = co_await it.shop.parts.orders.read(it.who, *id);
    if (!found) co_return found.error();
    co_return private_reply(200, order::to_json(*found, it.shop.chosen.currency));
}

answering cancel_order(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<order_id>();
    if (!id) co_return no_such_order();
    auto trace = it.sent.traceparent;
    auto cancelled = co_await it.shop.parts.orders.cancel(it.who, *id, std::move(trace));
    if (!cancelled) co_return cancelled.error();
    co_return private_reply(200, order::to_json(*cancelled, it.shop.chosen.currency));
}

answering set_delivery(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    order::delivery_change wanted;
    wanted.to = static_cast<order::delivery_step>(in.choice("state", delivery_steps));
    wanted.carrier = in.optional_text("carrier", carrier_rule);
    wanted.tracking = in.optional_text("tracking", carrier_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<order_id>();
    if (!id) co_return no_such_order();
    auto trace = it.sent.traceparent;
    auto set = co_await it.shop.parts.orders.set_delivery(it.who, *id, std::move(wanted),
                                                          std::move(trace));
    if (!set) co_return set.error();
    co_return private_reply(200, order::to_json(*set, it.shop.chosen.currency));
}

answering request_return(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    auto reason = in.text("reason", reason_rule);
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<order_id>();
    if (!id) co_return no_such_order();
    auto trace = it.sent.traceparent;
    auto requested = co_await it.shop.parts.orders.request_return(it.who, *id, std::move(reason),
                                                                  std::move(trace));
    if (!requested) co_return requested.error();
    co_return private_reply(200, order::to_json(*requested, it.shop.chosen.currency));
}

answering accept_return(call it) {
    it.takes_no_parameters();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<order_id>();
    if (!id) co_return no_such_order();
    auto trace = it.sent.traceparent;
    auto accepted = co_await it.shop.parts.orders.accept_return(it.who, *id, std::move(trace));
    if (!accepted) co_return accepted.error();
    co_return private_reply(200, order::to_json(*accepted, it.shop.chosen.currency));
}

}  // namespace market::http
