#include "life/payments.hpp"

#include "life/order_access.hpp"

#include <market/base/log.hpp>

namespace market::order {

namespace {

constexpr std::size_t overdue_max = 500;  ///< expired a round
constexpr auto expired_by = "system";     ///< the actor of an expiry
constexpr std::size_t purge_page_max = 500;
constexpr std::chrono::minutes purge_interval{10};
/// A provider that gets no answer repeats its notice for days, not for weeks. And no hold is as
/// long (payments.hold_seconds is 7 days at most): a notice that comes later still finds an order
/// that does not await its payment, and changes nothing.
constexpr std::chrono::days notice_kept_for{30};

failure too_late() {
    return {errc::order_expired, "the order was not paid in time; nothing was captured"};
}
failure declined() { return {errc::payment_declined, "the payment was declined"}; }

bool is_overdue(const order& what, instant now) {
    return what.state == order_state::pending_payment && *what.expires_at <= now;
}

}  // namespace

/// Errors: as of pay, and payment_declined when this token was declined before.
result<payments::payable> payments::find_payable(db::transaction& tx, const user::principal& who,
                                                 order_id id, const digest256& token, bool locked) {
    auto found = find_order(tx, id, locked);
    if (!found || !may_see(who, *found)) return no_such_order();
    if (found->user != who.id) return not_the_buyer();
    if (!found->payment) return not_in_this_state(found->state);
    if (found->state == order_state::expired || is_overdue(*found, parts_.clock.now()))
        return too_late();
    const auto tried = token_of(tx, id);
    if (found->state == order_state::pending_payment) {
        if (found->payment->state == payment_state::declined && tried == token) return declined();
        return payable{std::move(*found), false};
    }
    // Paid with this token, or by what the provider reported.
    const bool is_ours = !tried || *tried == token;
    if (found->payment->state != payment_state::captured || !is_ours)
        return not_in_this_state(found->state);
    return payable{std::move(*found), true};
}

result<step_outcome> payments::record_answer(db::transaction& tx, const order& locked,
                                             authorisation answer, const digest256& token,
                                             const std::string& traceparent) {
    const auto now = parts_.clock.now();
    if (answer == authorisation::declined) {
        decline_payment(tx, locked.id, token, now);
        return step_outcome{locked};
    }
    if (!capture_payment(tx, locked.id, captured_by::record, token, now))
        return not_in_this_state(locked.state);
    return take_step(tx, locked, {order_action::pay, now, to_string(locked.user), traceparent},
                     parts_.currency);
}

asio::awaitable<result<order>> payments::pay(user::principal who, order_id id, std::string token,
                                             std::string traceparent) {
    const auto digest = sha256(token);
    auto find = [this, who, id, digest](db::transaction& tx) {
        return find_payable(tx, who, id, digest, false);
    };
    auto before = co_await parts_.database.read(std::move(find), db::access::snapshot);
    if (!before) co_return before.error();
    if (before->is_paid) co_return std::move(before->now);

    const auto& payment = *before->now.payment;
    charge due{payment.id, payment.amount, std::move(token)};
    const auto answer = co_await parts_.provider.authorise(std::move(due));
    if (!answer) co_return answer.error();

    auto settle = [this, who, id, digest, answer = *answer,
                   traceparent](db::transaction& tx) -> result<step_outcome> {
        auto locked = find_payable(tx, who, id, digest, true);
        if (!locked) return locked.error();
        if (locked->is_paid) return step_outcome{std::move(locked->now)};
        return record_answer(tx, locked->now, answer, digest, traceparent);
    };
    auto outcome = co_await parts_.database.write(std::move(settle));
    if (!outcome) {
        if (*answer == authorisation::approved) co_await release_hold(id, payment.id);
        co_return outcome.error();
    }
    if (*answer == authorisation::declined) co_return declined();
    co_await finish_step(parts_, std::move(outcome->credits));
    co_await settle_debts(parts_);
    co_return std::move(outcome->now);
}

/// Releases the hold on the buyer's money when the order will never be paid. An order that can
/// still be paid, or was paid with another token, keeps it: another payment settles it.
asio::awaitable<void> payments::release_hold(order_id id, payment_id payment) {
    auto find = [this, id](db::transaction& tx) -> result<bool> {
        const auto found = find_order(tx, id);
        return found && (!is_live(found->state) || is_overdue(*found, parts_.clock.now()));
    };
    const auto has_ended = co_await parts_.database.read(std::move(find), db::access::snapshot);
    if (has_ended && *has_ended) co_await parts_.provider.refund(payment, "order_ended");
}

/// The provider has captured. An order that awaits its payment is paid. From any other the money
/// goes back, once; an order whose time is up expires first.
result<step_outcome> payments::record_capture(db::transaction& tx, const order& locked,
                                              const std::string& traceparent) {
    const auto now = parts_.clock.now();
    if (locked.state == order_state::cancelled || locked.state == order_state::expired) {
        refund_payment(tx, locked.id,
                       locked.state == order_state::expired ? refund_reason::captured_after_expiry
                                                            : refund_reason::captured_after_cancel,
                       now);
        return step_outcome{locked};
    }
    if (is_overdue(locked, now)) {
        auto outcome = take_step(tx, locked, {order_action::expire, now, expired_by, traceparent},
                                 parts_.currency);
        if (outcome) refund_payment(tx, locked.id, refund_reason::captured_after_expiry, now);
        return outcome;
    }
    if (!capture_payment(tx, locked.id, captured_by::provider, {}, now))
        return step_outcome{locked};
    return take_step(tx, locked, {order_action::pay, now, to_string(locked.user), traceparent},
                     parts_.currency);
}

result<payments::notice_outcome> payments::take(db::transaction& tx, const payment_notice& notice,
                                                const std::string& traceparent) {
    const auto locked = find_order(tx, notice.order, true);
    // Asked under the lock of the order: of two equal notices the second finds the first.
    if (auto known = find_notice(tx, notice.id)) return notice_outcome{*std::move(known)};
    if (!locked) return no_such_order();
    if (!locked->payment) return not_in_this_state(locked->state);
    notice_outcome out;
    if (notice.kind == payment_notice::what::captured) {
        auto outcome = record_capture(tx, *locked, traceparent);
        if (!outcome) return outcome.error();
        out.credits = std::move(outcome->credits);
    } else {
        decline_payment(tx, locked->id, {}, parts_.clock.now());
    }
    const auto state = find_order(tx, notice.order).value().payment.value().state;
    insert_notice(tx, notice, state, parts_.clock.now());
    out.receipt = {notice.id, notice.order, state};
    return out;
}

/// Notices of one id that name two orders hold different locks, so both get as far as the insert.
/// The second insert waits for the first and fails. Taken again, its notice finds the answer that
/// the first one got.
result<payments::notice_outcome> payments::take_once(db::database& database,
                                                     const payment_notice& notice,
                                                     const std::string& traceparent) {
    for (bool again = false;; again = true) {
        bool came_second = false;
        auto change = [&](db::transaction& tx) -> result<notice_outcome> {
            try {
                return take(tx, notice, traceparent);
            } catch (const db::error& failed) {
                if (failed.why() != db::cause::unique_violation || again) throw;
                came_second = true;
                return failure{errc::internal, "the notice was taken meanwhile"};
            }
        };
        auto outcome = database.write(change);
        if (!came_second || again) return outcome;
    }
}

asio::awaitable<result<payment_receipt>> payments::take_notice(payment_notice notice,
                                                               std::string traceparent) {
    auto take = [this, notice, traceparent](db::database& database) {
        return take_once(database, notice, traceparent);
    };
    auto outcome = co_await parts_.database.run(std::move(take));
    if (!outcome) co_return outcome.error();
    co_await finish_step(parts_, std::move(outcome->credits));
    co_return std::move(outcome->receipt);
}

/// Empty: the order was paid, cancelled or expired meanwhile.
result<std::optional<step_outcome>> payments::expire(db::transaction& tx, order_id id) {
    const auto locked = find_order(tx, id, true);
    const auto now = parts_.clock.now();
    if (!locked || !is_overdue(*locked, now)) return std::optional<step_outcome>{};
    auto outcome =
        take_step(tx, *locked, {order_action::expire, now, expired_by, ""}, parts_.currency);
    if (!outcome) return outcome.error();
    return std::optional{std::move(*outcome)};
}

asio::awaitable<void> payments::expire_overdue() {
    auto find = [now = parts_.clock.now()](db::transaction& tx) -> result<std::vector<order_id>> {
        return overdue_orders(tx, now, overdue_max);
    };
    const auto overdue = co_await parts_.database.read(std::move(find));
    if (!overdue) co_return;
    for (const auto& id : *overdue) {
        auto work = [this, id](db::transaction& tx) { return expire(tx, id); };
        auto outcome = co_await parts_.database.write(std::move(work));
        if (!outcome)
            log::warning("order.not_expired",
                         {{"order", to_string(id)},
                          {"cause", std::string{to_string(outcome.error().code)}}});
        else if (*outcome)
            co_await finish_step(parts_, std::move((*outcome)->credits));
    }
}

/// One page a round, one pass an interval.
asio::awaitable<void> payments::purge_some_notices() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_purge_) co_return;
    const auto before = parts_.clock.now() - notice_kept_for;
    auto purge = [before](db::transaction& tx) -> result<std::size_t> {
        return purge_notices(tx, before, purge_page_max);
    };
    const auto purged = co_await parts_.database.write(std::move(purge));
    if (!purged || *purged < purge_page_max) next_purge_ = now + purge_interval;
}

asio::awaitable<void> payments::sweep() {
    co_await expire_overdue();
    co_await settle_debts(parts_);
    co_await purge_some_notices();
}

}  // namespace market::order
