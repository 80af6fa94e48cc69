#include "handlers/handlers.hpp"
#include "input/object_reader.hpp"

namespace market::http {
namespace {

failure no_such_order() { return failure{errc::order_not_found, "there is no such order"}; }

constexpr std::array<std::string_view, 1> methods{"card"};
constexpr std::array<std::string_view, 2> tokens{"tok_ok", "tok_declined"};  // the sandbox's
constexpr std::array kinds{order::payment_notice::what::captured,
                           order::payment_notice::what::declined};

}  // namespace

answering pay_order(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    in.choice("method", methods);
    const std::string token{tokens.at(in.choice("token", tokens))};
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    const auto id = it.id<order_id>();
    if (!id) co_return no_such_order();
    auto trace = it.sent.traceparent;
    auto paid = co_await it.shop.parts.orders.pay(it.who, *id, token, std::move(trace));
    if (!paid) co_return paid.error();
    co_return private_reply(200, order::to_json(*paid, it.shop.chosen.currency));
}

answering take_payment_notice(call it) {
    it.takes_no_parameters();
    object_reader in(it.body, "", it.found);
    order::payment_notice told;
    told.id = in.text("id", notice_id_rule);
    std::array<std::string_view, kinds.size()> names;
    std::transform(kinds.begin(), kinds.end(), names.begin(),
                   [](order::payment_notice::what one) { return order::to_string(one); });
    told.kind = kinds.at(in.choice("type", names));
    told.order = in.id<order_id>("order_id");
    told.at = in.time("at");
    in.finish();
    if (auto refused = it.found.refusal()) co_return *std::move(refused);
    auto trace = it.sent.traceparent;
    auto taken = co_await it.shop.parts.orders.take_notice(std::move(told), std::move(trace));
    if (!taken) co_return taken.error();
    co_return private_reply(200, order::to_json(*taken));
}

}  // namespace market::http
