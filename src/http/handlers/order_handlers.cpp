#include "handlers/handlers.hpp"
#include "handlers/page_reply.hpp"
#include "input/idempotency_key.hpp"
#include "input/json_pointer.hpp"
#include "input/object_reader.hpp"

#include <set>

namespace market::http {
namespace {

/// A line holds exactly one of `sale_id` and `product_id`.
std::variant<sale_id, product_id> read_thing(object_reader& line) {
    const bool by_product = line.has("product_id") && !line.has("sale_id");
    if (by_product) return line.id<product_id>("product_id");
    if (line.has("product_id")) {
        line.fault("product_id", "unknown", "a line names a sale or a product, not both");
        line.ignore("product_id");
    }
    return line.id<sale_id>("sale_id");
}

std::vector<order::wanted_line> read_lines(object_reader& body, input_errors& errors) {
    std::vector<order::wanted_line> lines;
    std::set<std::variant<sale_id, product_id>> seen;
    for (const auto& element : body.array("lines", order_lines_max)) {
        auto at = pointer_to(pointer_to(body.at(), "lines"), std::to_string(lines.size()));
        object_reader members(element, at, errors);
        order::wanted_line line{read_thing(members)};
        line.quantity = members.integer("quantity", 1, line_quantity_max);
        members.finish();
        const bool is_named = line.thing != decltype(line.thing){};  // a fault leaves the default
        if (is_named && !seen.insert(line.thing).second) {
            errors.add(culprit::place::pointer, std::move(at), "duplicate",
                       "an earlier line names the same thing");
        }
        lines.push_back(line);
    }
    return lines;
}

constexpr std::array<std::string_view, 3> delivery_steps{"preparing", "shipped", "delivered"};

std::optional<order::order_state> read_state(query_reader& query) {
    std::array<std::string_view, order::order_states.size()> names;
    std::transform(order::order_states.begin(), order::order_states.end(), names.begin(),
                   [](order::order_state state) { return order::to_string(state); });
    const auto chosen = query.choice("state", names);
    return chosen ? std::optional(order::order_states.at(*chosen)) : std::nullopt;
}

}  // namespace

awaitable_reply place_order(api_call call) {
    call.takes_no_parameters();
    order::purchase_request purchase;
    purchase.buyer = call.principal.id;
    purchase.profile_may_lack_address = call.principal.is_admin();
    purchase.idempotency_key = read_idempotency_key(call.request.idempotency_keys, call.errors);
    object_reader body(call.body, "", call.errors);
    purchase.lines = read_lines(body, call.errors);
    purchase.address = body.optional_address("address");
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);

    purchase.traceparent = call.request.traceparent;
    purchase.until = std::chrono::steady_clock::now() + call.context.settings.request_deadline;
    auto placed = co_await call.context.services.orders.place(std::move(purchase));
    if (!placed) co_return placed.error();
    auto answer = private_reply(201, std::move(placed->body));
    answer.headers.emplace_back("Location", "/v1/orders/" + to_string(placed->id));
    if (placed->replayed) answer.headers.emplace_back("Idempotent-Replayed", "true");
    co_return answer;
}

awaitable_reply list_orders(api_call call) {
    auto query = call.read_query();
    auto page = query.page();
    order::order_filter filter;
    filter.state = read_state(query);
    if (call.principal.is_admin()) {
        filter.user = query.id<user_id>("user_id");
        filter.sale = query.id<sale_id>("sale_id");
    }
    query.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);

    auto orders =
        co_await call.context.services.orders.list(call.principal, std::move(page), filter);
    if (!orders) co_return orders.error();
    const auto to_json = [&](const order::order& order) {
        return order::to_json(order, call.context.settings.currency);
    };
    auto answer = page_reply(call.request, *orders, to_json);
    answer.headers.emplace_back("Cache-Control", "no-store");
    co_return answer;
}

awaitable_reply read_order(api_call call) {
    call.takes_no_parameters();
    const auto id = call.id<order_id>();
    if (!id) co_return id.error();
    auto order = co_await call.context.services.orders.read(call.principal, *id);
    if (!order) co_return order.error();
    co_return private_reply(200, order::to_json(*order, call.context.settings.currency));
}

awaitable_reply cancel_order(api_call call) {
    call.takes_no_parameters();
    const auto id = call.id<order_id>();
    if (!id) co_return id.error();
    auto trace = call.request.traceparent;
    auto order =
        co_await call.context.services.orders.cancel(call.principal, *id, std::move(trace));
    if (!order) co_return order.error();
    co_return private_reply(200, order::to_json(*order, call.context.settings.currency));
}

awaitable_reply set_delivery(api_call call) {
    auto body = call.read_body();
    order::delivery_change change;
    change.to = static_cast<order::delivery_step>(body.choice("state", delivery_steps));
    change.carrier = body.optional_text("carrier", carrier_rule);
    change.tracking = body.optional_text("tracking", carrier_rule);
    body.finish();
    const auto id = call.id<order_id>();
    if (!id) co_return id.error();
    auto trace = call.request.traceparent;
    auto order = co_await call.context.services.orders.set_delivery(
        call.principal, *id, std::move(change), std::move(trace));
    if (!order) co_return order.error();
    co_return private_reply(200, order::to_json(*order, call.context.settings.currency));
}

awaitable_reply request_return(api_call call) {
    auto body = call.read_body();
    auto reason = body.text("reason", reason_rule);
    body.finish();
    const auto id = call.id<order_id>();
    if (!id) co_return id.error();
    auto trace = call.request.traceparent;
    auto order = co_await call.context.services.orders.request_return(
        call.principal, *id, std::move(reason), std::move(trace));
    if (!order) co_return order.error();
    co_return private_reply(200, order::to_json(*order, call.context.settings.currency));
}

awaitable_reply accept_return(api_call call) {
    call.takes_no_parameters();
    const auto id = call.id<order_id>();
    if (!id) co_return id.error();
    auto trace = call.request.traceparent;
    auto order =
        co_await call.context.services.orders.accept_return(call.principal, *id, std::move(trace));
    if (!order) co_return order.error();
    co_return private_reply(200, order::to_json(*order, call.context.settings.currency));
}

}  // namespace market::http
