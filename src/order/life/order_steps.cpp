#include "life/order_steps.hpp"

#include "gate/gate_credits.hpp"
#include "record/order_queries.hpp"
#include "record/payment_queries.hpp"

#include <market/base/log.hpp>
#include <market/outbox/outbox.hpp>
#include <market/stock/ledger.hpp>

#include <algorithm>
#include <set>

namespace market::order {

namespace {

constexpr std::size_t debts_max = 500;  ///< settled a call

/// The pools of an order's lines, and the general pools to which units of closed sales move on.
std::vector<pool_id> pools_of(const order& what) {
    std::set<pool_id> out;
    for (const auto& line : what.lines) {
        out.insert(pool_of(line.product));
        if (line.sale) out.insert(pool_of(*line.sale));
    }
    return {out.begin(), out.end()};
}

std::vector<stock::credit> return_units(db::transaction& tx, const order& of, const step& why) {
    std::vector<stock::credit> credits;
    const auto locked = stock::ledger::find_locked(tx, pools_of(of));
    for (const auto& line : of.lines) {
        const auto id = line.pool();
        const auto pool = std::find_if(locked.begin(), locked.end(),
                                       [&](const auto& each) { return each.id == id; });
        if (pool == locked.end())
            throw db::error{db::cause::other, "an order line names a pool that is not there"};
        auto credit =
            stock::ledger::give_back(tx, *pool, of.id, of.user, line.quantity, why.actor, why.at);
        if (credit) credits.push_back(*credit);
    }
    return credits;
}

void move_delivery(db::transaction& tx, const order& of, const step& next) {
    switch (next.what) {
        case order_action::pay: insert_delivery(tx, of.id, next.at); break;
        case order_action::prepare:
        case order_action::ship:
        case order_action::deliver:
        case order_action::cancel: enter_delivery(tx, of.id, end_of(next.what), next.at); break;
        case order_action::expire:
        case order_action::request_return:
        case order_action::accept_return: break;
    }
}

/// Of an action that ends the order's life with its payment captured.
refund_reason refund_reason_of(order_action what) {
    return what == order_action::accept_return ? refund_reason::order_returned
                                               : refund_reason::order_cancelled;
}

/// An order that ended is not paid any more, and what was captured for it goes back.
void release_payment(db::transaction& tx, const order& of, const step& next) {
    if (!of.payment) return;
    if (of.payment->state == payment_state::captured)
        refund_payment(tx, of.id, refund_reason_of(next.what), next.at);
    else
        stop_awaiting(tx, of.id);
}

}  // namespace

result<step_outcome> take_step(db::transaction& tx, const order& locked, const step& next,
                               std::string_view currency) {
    const auto to = end_of(next.what);
    if (!may(next.what, locked.state) || !move_order(tx, locked.id, locked.state, to))
        return not_in_this_state(locked.state);
    move_delivery(tx, locked, next);
    step_outcome out;
    if (!is_live(to)) {
        release_payment(tx, locked, next);
        out.credits = return_units(tx, locked, next);
    }
    out.now = find_order(tx, locked.id).value();
    const std::array events{outbox::event{make_id<event_id>(), "market.orders", event_of(to),
                                          to_string(locked.id), next.at, to_json(out.now, currency),
                                          next.traceparent}};
    outbox::append(tx, events);
    return out;
}

asio::awaitable<void> finish_step(const order_parts& parts, std::vector<stock::credit> credits) {
    for (const auto& credit : credits) co_await give_credit(parts, credit);
    parts.notify();
}

asio::awaitable<void> settle_debts(const order_parts& parts) {
    auto list = [](db::transaction& tx) -> result<std::vector<payment_debt>> {
        return payment_debts(tx, debts_max);
    };
    const auto debts = co_await parts.database.read(std::move(list));
    if (!debts) co_return;
    for (const auto& debt : *debts) {
        result<void> answer;
        if (debt.refund_reason)
            answer = co_await parts.provider.refund(debt.payment, *debt.refund_reason);
        else
            answer = co_await parts.provider.capture(debt.payment);
        if (!answer) {
            log::warning("payment.provider_not_told",
                         {{"order", to_string(debt.order)},
                          {"cause", std::string{to_string(answer.error().code)}}});
            continue;
        }
        auto forget = [debt](db::transaction& tx) -> result<void> {
            forget_debt(tx, debt);
            return {};
        };
        co_await parts.database.write(std::move(forget));
    }
}

}  // namespace market::order
