#include "purchase/order_writer.hpp"

#include "purchase/batch_refusals.hpp"
#include "purchase/purchase_metrics.hpp"

#include <market/base/kill_point.hpp>
#include <market/base/log.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>

namespace market::order {

namespace {

using verdict = write_answer::verdict;
using namespace std::chrono_literals;

constexpr std::size_t batch_bytes_max = 4 << 20;  // a quarter of MariaDB's default packet
constexpr int fruitless_rounds_max = 5;
constexpr auto unsettled_pause = 50ms;

void settle_all(batch& wanted, const write_answer& answer) {
    for (const auto& each : wanted) each->settle(answer);
    wanted.clear();
}

write_answer not_writable() { return refused({errc::internal, "the order could not be written"}); }

write_answer not_in_time() {
    return refused({errc::database_unavailable, "the database did not answer in time"});
}

/// The gate answers purchase keys that it knows; a cart without a sale does not pass it.
bool has_key_that_no_gate_knows(const batch& of) {
    return std::any_of(of.begin(), of.end(), [](const purchase_ptr& each) {
        const auto& lines = each->what.lines;
        return std::none_of(lines.begin(), lines.end(),
                            [](const cart_line& line) { return line.sale(); });
    });
}

deadline latest_deadline(const batch& of) {
    deadline out{};
    for (const auto& each : of) out = std::max(out, each->what.until);
    return out;
}

}  // namespace

order_writer::order_writer(const order_parts& parts, settings chosen)
    : parts_(parts),
      database_(parts.database.blocking()),
      chosen_(chosen),
      queue_(chosen_.queue_orders_max) {}

void order_writer::start() {
    // SQLite has one writer at a time; elsewhere a second transaction works while one is in COMMIT.
    const int count = database_.dialect() == db::dialect::sqlite ? 1 : 2;
    for (int i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
}

void order_writer::stop() {
    queue_.close();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    answering_.join();
}

void order_writer::work() {
    for (;;) {
        auto wanted = queue_.take(chosen_.batch_orders_max, batch_bytes_max);
        if (wanted.empty()) return;
        write(std::move(wanted));
    }
}

// 1. Every purchase of the batch is settled exactly once: after its outcome is known, or at its
//    deadline as unknown.
// 2. A round settles at least one purchase, or is one of at most fruitless_rounds_max that did not.
// 3. Nothing is mended inside a transaction: it commits whole or is rolled back whole.
void order_writer::write(batch wanted) {
    int fruitless = 0;
    bool expects_duplicates = has_key_that_no_gate_knows(wanted);
    while (!wanted.empty()) {
        const auto before = wanted.size();
        auto next = attempt(wanted, expects_duplicates);
        expects_duplicates = true;
        if (next == step::refuse) next = refuse(wanted);
        if (next == step::done) return;
        fruitless = wanted.size() < before ? 0 : fruitless + 1;
        if (next != step::halve && fruitless < fruitless_rounds_max) continue;
        if (wanted.size() == 1) {
            settle_all(wanted, next == step::halve ? not_writable() : not_in_time());
            return;
        }
        const auto middle = wanted.begin() + static_cast<std::ptrdiff_t>(wanted.size() / 2);
        write(batch(wanted.begin(), middle));
        write(batch(middle, wanted.end()));
        return;
    }
}

order_writer::step order_writer::attempt(batch& wanted, bool expects_duplicates) {
    try {
        auto tx = database_.begin(db::access::write);
        auto drafts = draft_orders(*tx, wanted, parts_.clock.now(), parts_.currency,
                                   chosen_.payment_hold, expects_duplicates);
        if (drafts.empty()) return step::done;
        if (!write_drafts(*tx, drafts)) return step::refuse;
        return commit(std::move(tx), std::move(drafts), wanted);
    } catch (const db::error& failed) {
        return after_error(failed, wanted);
    } catch (const std::exception& failed) {
        log::error("order.batch_failed", {{"reason", failed.what()}});
        return step::halve;
    }
}

order_writer::step order_writer::refuse(batch& wanted) {
    try {
        auto tx = database_.begin(db::access::write);
        refuse_what_does_not_fit(*tx, wanted);
        return step::again;
    } catch (const db::error& failed) {
        return after_error(failed, wanted);
    } catch (const std::exception& failed) {
        log::error("order.batch_failed", {{"reason", failed.what()}});
        return step::halve;
    }
}

order_writer::step order_writer::commit(std::unique_ptr<db::transaction> tx,
                                        std::vector<order_draft> drafts, batch& wanted) {
    kill_point("before_commit");
    const auto began = std::chrono::steady_clock::now();
    auto outcome = tx->commit();
    const auto took = std::chrono::steady_clock::now() - began;
    tx.reset();
    kill_point("after_commit");
    if (outcome == db::commit_outcome::unknown)
        outcome = read_outcome(drafts.front(), latest_deadline(wanted));
    switch (outcome) {
        case db::commit_outcome::committed:
            count_commit(drafts.size(), took);
            wanted.clear();
            asio::post(answering_,
                       [this, orders = std::move(drafts)]() mutable { answer(std::move(orders)); });
            return step::done;
        case db::commit_outcome::rolled_back: return step::again;
        case db::commit_outcome::unknown: break;
    }
    log::error("order.outcome_unknown", {{"orders", static_cast<std::int64_t>(wanted.size())}});
    settle_all(wanted, {verdict::unknown});
    return step::done;
}

/// The purchase key that the transaction inserted first decides for all: reading it blocks while
/// the lost transaction still lives, and then its row names this batch's order, or it was rolled
/// back.
db::commit_outcome order_writer::read_outcome(const order_draft& first, deadline until) {
    while (std::chrono::steady_clock::now() < until) {
        try {
            auto tx = database_.begin(db::access::write);
            const auto row = find_key(*tx, first.purchase->what.key, true);
            const bool ours = row && row->order == first.order.id;
            return ours ? db::commit_outcome::committed : db::commit_outcome::rolled_back;
        } catch (const db::error& failed) {
            log::warning("order.commit_unsettled", {{"cause", db::to_string(failed.why())}});
            std::this_thread::sleep_for(unsettled_pause);
        }
    }
    return db::commit_outcome::unknown;
}

void order_writer::answer(std::vector<order_draft> drafts) {
    parts_.notify();  // before any buyer looks
    std::vector<one_shot*> answered;
    std::vector<stock::hold_ref> admissions;
    for (auto& each : drafts) {
        auto& purchase = *each.purchase;
        purchase.answer = {verdict::placed,
                           purchase_reply{each.order.id, std::move(each.body), false}};
        answered.push_back(&purchase.answered);
        for (const auto& line : purchase.what.lines)
            if (const auto* sale = line.sale())
                admissions.push_back({*sale, line.epoch, purchase.what.key, line.seq});
    }
    one_shot::set_all(answered);
    kill_point("before_confirm");
    if (!admissions.empty()) parts_.gate.confirm(std::move(admissions));
}

/// Whatever the error, nothing of the transaction was committed.
order_writer::step order_writer::after_error(const db::error& failed, batch& wanted) {
    log::warning("order.batch_rolled_back", {{"cause", db::to_string(failed.why())},
                                             {"orders", static_cast<std::int64_t>(wanted.size())}});
    switch (failed.why()) {
        case db::cause::deadlock:
        case db::cause::lock_timeout:
        case db::cause::connection_lost:
        case db::cause::unique_violation:  // another server wrote one of the keys: read it next
            if (std::chrono::steady_clock::now() < latest_deadline(wanted)) return step::again;
            settle_all(wanted, not_in_time());
            return step::done;
        case db::cause::unavailable:
        case db::cause::refused:
        case db::cause::read_only:
        case db::cause::full:
            settle_all(wanted,
                       refused({errc::database_unavailable, "the database cannot be written"}));
            return step::done;
        case db::cause::check_violation: return step::refuse;
        case db::cause::data_error:
        case db::cause::other: break;
    }
    return step::halve;
}

}  // namespace market::order
