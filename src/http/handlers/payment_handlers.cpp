#include "handlers/handlers.hpp"
#include "input/object_reader.hpp"

namespace market::http {
namespace {

constexpr std::array<std::string_view, 1> methods{"card"};
constexpr std::array<std::string_view, 2> tokens{"tok_ok", "tok_declined"};  // the sandbox's
constexpr std::array kinds{order::payment_notice::what::captured,
                           order::payment_notice::what::declined};

}  // namespace

awaitable_reply pay_order(api_call call) {
    auto body = call.read_body();
    body.choice("method", methods);
    const std::string token{tokens.at(body.choice("token", tokens))};
    body.finish();
    const auto id = call.id<order_id>();
    if (!id) co_return id.error();
    auto trace = call.request.traceparent;
    auto order =
        co_await call.context.services.orders.pay(call.principal, *id, token, std::move(trace));
    if (!order) co_return order.error();
    co_return private_reply(200, order::to_json(*order, call.context.settings.currency));
}

awaitable_reply take_payment_notice(api_call call) {
    auto body = call.read_body();
    order::payment_notice notice;
    notice.id = body.text("id", notice_id_rule);
    std::array<std::string_view, kinds.size()> names;
    std::transform(kinds.begin(), kinds.end(), names.begin(),
                   [](order::payment_notice::what kind) { return order::to_string(kind); });
    notice.kind = kinds.at(body.choice("type", names));
    notice.order = body.id<order_id>("order_id");
    notice.at = body.time("at");
    body.finish();
    if (auto refusal = call.errors.refusal()) co_return *std::move(refusal);
    auto trace = call.request.traceparent;
    auto receipt =
        co_await call.context.services.orders.take_notice(std::move(notice), std::move(trace));
    if (!receipt) co_return receipt.error();
    co_return private_reply(200, order::to_json(*receipt));
}

}  // namespace market::http
