#include "life/payments.hpp"

#include "life/order_access.hpp"

#include <market/base/log.hpp>

namespace market::order {

namespace {

constexpr std::size_t overdue_max = 500;  ///< expired a round
constexpr auto nobody = "system";         ///< who expires orders
constexpr std::size_t purge_page_max = 500;
constexpr std::chrono::minutes purge_interval{10};
/// A provider that gets no answer repeats its notice for days, not for weeks. Longer than any hold
/// (payments.hold_seconds is 7 days at most): no order awaits its payment any more, so that a
/// notice which comes after all finds its work done and changes nothing.
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
result<payment_desk::look> payment_desk::look_at(db::transaction& tx, const user::principal& who,
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
        return look{std::move(*found), standing::awaited};
    }
    // Paid with this token, or by what the provider reported.
    const bool is_ours = !tried || *tried == token;
    if (found->payment->state != payment_state::captured || !is_ours)
        return not_in_this_state(found->state);
    return look{std::move(*found), standing::paid};
}

result<stepped> payment_desk::decide(db::transaction& tx, const look& at, authorisation said,
                                     const digest256& token, const std::string& traceparent) {
    const auto now = parts_.clock.now();
    if (said == authorisation::declined) {
        decline_payment(tx, at.now.id, token, now);
        return stepped{at.now};
    }
    if (!capture_payment(tx, at.now.id, captured_by::record, token, now))
        return not_in_this_state(at.now.state);
    return take_step(tx, at.now, {order_action::pay, now, to_string(at.now.user), traceparent},
                     parts_.currency);
}

asio::awaitable<result<order>> payment_desk::pay(user::principal who, order_id id,
                                                 std::string token, std::string traceparent) {
    const auto digest = sha256(token);
    auto ask = [this, who, id, digest]() -> result<look> {
        auto read = [&](db::transaction& tx) { return look_at(tx, who, id, digest, false); };
        return parts_.database.read(read, db::access::snapshot);
    };
    auto seen = co_await parts_.blocking.run(std::move(ask));
    if (!seen) co_return seen.error();
    if (seen->is == standing::paid) co_return std::move(seen->now);

    const auto& payment = *seen->now.payment;
    charge wanted{payment.id, payment.amount, std::move(token)};
    const auto said = co_await parts_.provider.authorise(std::move(wanted));
    if (!said) co_return said.error();

    auto settle = [this, who, id, digest, said = *said, traceparent]() -> result<stepped> {
        auto change = [&](db::transaction& tx) -> result<stepped> {
            auto at = look_at(tx, who, id, digest, true);
            if (!at) return at.error();
            if (at->is == standing::paid) return stepped{std::move(at->now)};
            return decide(tx, *at, said, digest, traceparent);
        };
        return parts_.database.write(change);
    };
    auto done = co_await parts_.blocking.run(std::move(settle));
    if (!done) {
        if (*said == authorisation::approved) co_await let_go(id, payment.id);
        co_return done.error();
    }
    if (*said == authorisation::declined) co_return declined();
    co_await spread(parts_, std::move(done->credits));
    co_await settle_debts(parts_);
    co_return std::move(done->now);
}

/// Of an order that will never be paid, the hold on the buyer's money is let go of. It may be there
/// still, or paid with another token: then the payment is another's to settle.
asio::awaitable<void> payment_desk::let_go(order_id id, payment_id payment) {
    auto ask = [this, id]() -> result<bool> {
        auto read = [&](db::transaction& tx) -> result<bool> {
            const auto found = find_order(tx, id);
            return found && (!is_live(found->state) || is_overdue(*found, parts_.clock.now()));
        };
        return parts_.database.read(read, db::access::snapshot);
    };
    const auto is_dead = co_await parts_.blocking.run(std::move(ask));
    if (is_dead && *is_dead) co_await parts_.provider.refund(payment, "order_ended");
}

/// The provider has captured. An order that awaits it is paid; from any other the money goes back,
/// once, and an order whose time is up expires first.
result<stepped> payment_desk::note_captured(db::transaction& tx, const order& locked,
                                            const std::string& traceparent) {
    const auto now = parts_.clock.now();
    if (locked.state == order_state::cancelled || locked.state == order_state::expired) {
        refund_payment(tx, locked.id,
                       locked.state == order_state::expired ? refund_reason::captured_after_expiry
                                                            : refund_reason::captured_after_cancel,
                       now);
        return stepped{locked};
    }
    if (is_overdue(locked, now)) {
        auto gone = take_step(tx, locked, {order_action::expire, now, nobody, traceparent},
                              parts_.currency);
        if (gone) refund_payment(tx, locked.id, refund_reason::captured_after_expiry, now);
        return gone;
    }
    if (!capture_payment(tx, locked.id, captured_by::provider, {}, now)) return stepped{locked};
    return take_step(tx, locked, {order_action::pay, now, to_string(locked.user), traceparent},
                     parts_.currency);
}

result<payment_desk::noted> payment_desk::note(db::transaction& tx, const payment_notice& told,
                                               const std::string& traceparent) {
    const auto locked = find_order(tx, told.order, true);
    // Asked under the lock of the order: of two equal notices the second finds the first.
    if (auto known = find_notice(tx, told.id)) return noted{*std::move(known), {}};
    if (!locked) return no_such_order();
    if (!locked->payment) return not_in_this_state(locked->state);
    noted out;
    if (told.kind == payment_notice::what::captured) {
        auto after = note_captured(tx, *locked, traceparent);
        if (!after) return after.error();
        out.after = std::move(*after);
    } else {
        decline_payment(tx, locked->id, {}, parts_.clock.now());
    }
    const auto state = find_order(tx, told.order).value().payment.value().state;
    insert_notice(tx, told, state, parts_.clock.now());
    out.answer = {told.id, told.order, state};
    return out;
}

/// The lock of an order keeps notices of another order out only until they name the same id: the
/// second insert waits for the first and fails. Taken anew, it finds what the first was answered.
result<payment_desk::noted> payment_desk::note_once(const payment_notice& told,
                                                    const std::string& traceparent) {
    for (bool again = false;; again = true) {
        bool came_second = false;
        auto change = [&](db::transaction& tx) -> result<noted> {
            try {
                return note(tx, told, traceparent);
            } catch (const db::error& failed) {
                if (failed.why() != db::cause::unique_violation || again) throw;
                came_second = true;
                return failure{errc::internal, "the notice was taken meanwhile"};
            }
        };
        auto outcome = parts_.database.write(change);
        if (!came_second || again) return outcome;
    }
}

asio::awaitable<result<payment_receipt>> payment_desk::take_notice(payment_notice told,
                                                                   std::string traceparent) {
    auto work = [this, told, traceparent]() { return note_once(told, traceparent); };
    auto done = co_await parts_.blocking.run(std::move(work));
    if (!done) co_return done.error();
    co_await spread(parts_, std::move(done->after.credits));
    co_return std::move(done->answer);
}

result<std::vector<order_id>> payment_desk::find_overdue() {
    auto find = [this](db::transaction& tx) -> result<std::vector<order_id>> {
        return overdue_orders(tx, parts_.clock.now(), overdue_max);
    };
    return parts_.database.read(find);
}

/// Empty: it was paid, cancelled or expired meanwhile.
result<std::optional<stepped>> payment_desk::expire(order_id id) {
    auto change = [&](db::transaction& tx) -> result<std::optional<stepped>> {
        const auto locked = find_order(tx, id, true);
        const auto now = parts_.clock.now();
        if (!locked || !is_overdue(*locked, now)) return std::optional<stepped>{};
        auto gone =
            take_step(tx, *locked, {order_action::expire, now, nobody, ""}, parts_.currency);
        if (!gone) return gone.error();
        return std::optional{std::move(*gone)};
    };
    return parts_.database.write(change);
}

asio::awaitable<void> payment_desk::expire_overdue() {
    auto find = [this]() { return find_overdue(); };
    const auto overdue = co_await parts_.blocking.run(std::move(find));
    if (!overdue) co_return;
    for (const auto& id : *overdue) {
        auto work = [this, id]() { return expire(id); };
        auto gone = co_await parts_.blocking.run(std::move(work));
        if (!gone)
            log::warning(
                "order.not_expired",
                {{"order", to_string(id)}, {"cause", std::string{to_string(gone.error().code)}}});
        else if (*gone)
            co_await spread(parts_, std::move((*gone)->credits));
    }
}

/// One page a round, one pass an interval.
asio::awaitable<void> payment_desk::purge_some_notices() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_purge_) co_return;
    auto work = [this, before = parts_.clock.now() - notice_kept_for]() -> result<std::size_t> {
        auto purge = [before](db::transaction& tx) -> result<std::size_t> {
            return purge_notices(tx, before, purge_page_max);
        };
        return parts_.database.write(purge);
    };
    const auto purged = co_await parts_.blocking.run(std::move(work));
    if (!purged || *purged < purge_page_max) next_purge_ = now + purge_interval;
}

asio::awaitable<void> payment_desk::sweep() {
    co_await expire_overdue();
    co_await settle_debts(parts_);
    co_await purge_some_notices();
}

}  // namespace market::order
