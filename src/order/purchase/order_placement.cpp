#include "purchase/order_placement.hpp"

#include "purchase/purchase_metrics.hpp"
#include "purchase/purchase_rules.hpp"
#include "purchase/purchase_run.hpp"

#include <market/base/log.hpp>

namespace market::order {

namespace {

cart make_cart(purchase_request request) {
    cart out;
    out.key = make_purchase_key(request.buyer, request.idempotency_key);
    out.keyed = request.idempotency_key.has_value();
    out.attempt = make_random_id<attempt_id>();
    out.buyer = request.buyer;
    out.fingerprint = fingerprint_of(request);
    for (const auto& line : request.lines) out.lines.push_back({line.thing, line.quantity, 0, 0});
    out.may_lack_address = !request.address && request.profile_may_lack_address;
    out.address = std::move(request.address);
    out.traceparent = std::move(request.traceparent);
    out.until = request.until;
    return out;
}

}  // namespace

asio::awaitable<result<purchase_reply>> order_placement::place(purchase_request request) {
    auto outcome = co_await answer(std::move(request));
    count_purchase(outcome);
    co_return outcome;
}

asio::awaitable<result<purchase_reply>> order_placement::answer(purchase_request request) {
    if (queue_.full())
        co_return failure{errc::overloaded, "too many purchases are waiting; try again"};
    auto wanted = make_cart(std::move(request));
    if (!wanted.keyed) co_return co_await buy(std::move(wanted));
    co_return co_await buy_once(std::move(wanted));
}

/// A follower with the leader's body gets the leader's outcome. One with another body is told that
/// the key is used, or, when the leader was refused and made no order, joins again.
asio::awaitable<result<purchase_reply>> order_placement::buy_once(cart wanted) {
    for (;;) {
        const auto joined = coalescer_.join(wanted.key, wanted.fingerprint);
        if (joined.leads) {
            const auto key = wanted.key;
            auto outcome = co_await buy(std::move(wanted));
            coalescer_.finish(key, joined, outcome);
            co_return outcome;
        }
        if (!co_await joined.group->finished.wait(wanted.until)) co_return key_in_flight();
        auto outcome = joined.group->outcome;
        if (joined.group->fingerprint == wanted.fingerprint) {
            if (outcome) outcome->replayed = true;
            co_return outcome;
        }
        if (outcome) co_return key_reused();
    }
}

/// Never throws: a leader's followers must get an outcome.
asio::awaitable<result<purchase_reply>> order_placement::buy(cart wanted) {
    try {
        purchase_run run{parts_, queue_, std::move(wanted)};
        co_return co_await run.buy();
    } catch (const std::exception& failed) {
        log::error("order.purchase_failed", {{"reason", failed.what()}});
    }
    co_return failure{errc::outcome_unknown, "the outcome is not known; ask with the same key"};
}

}  // namespace market::order
