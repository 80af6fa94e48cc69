#include <market/outbox/relay.hpp>

#include <market/base/kill_point.hpp>
#include <market/base/log.hpp>
#include <market/base/metrics.hpp>

#include "outbox_queries.hpp"

#include <condition_variable>
#include <map>
#include <set>

namespace market::outbox {

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr std::chrono::microseconds lease_length = 5s;
/// The pause after a round that left nothing. Each delete is a commit for which SQLite's order
/// writer has to wait: fewer and larger ones cost it less, and no consumer notices.
constexpr std::chrono::milliseconds round_gap = 200ms;
constexpr std::chrono::milliseconds backoff_min = 100ms;
constexpr std::chrono::milliseconds backoff_max = 2s;
constexpr std::size_t batch_start = 2048;
constexpr std::size_t batch_max = 4096;
constexpr std::size_t batch_bytes_max = 4 << 20;
/// A lease with less time left than this is renewed before a batch: publish() may take half of it,
/// and the other half is for reading.
constexpr auto lease_left_min = publish_max + 1s;
/// How long a topic that cannot be written is left alone.
constexpr auto closed_topic_pause = 2s;
/// Rows deleted in one transaction. On SQLite each commit holds up the order writer, so it is a
/// whole batch; elsewhere so few that no purchase notices.
constexpr std::size_t delete_max_mysql = 512;

metrics::counter& published =
    metrics::make_counter("market_outbox_published_total", "Events delivered and deleted.");
metrics::counter& parked = metrics::make_counter(
    "market_outbox_parked_total", "Events set aside: refused, or behind a refused one.");
metrics::counter& failures =
    metrics::make_counter("market_outbox_failures_total", "Rounds of the relay that failed.");

/// Invariants of its rounds:
/// 1. Rows are read under the lease, from the lowest number on. No position is remembered, because
///    a lower number may be committed later.
/// 2. A row is deleted only after its delivery was acknowledged, in the transaction that counts it,
///    and only while the lease is still this relay's.
/// 3. One batch at a time is under way, so events leave in the order of their rows.
/// 4. An event that is refused for what it is is parked, with all later ones of its subject, until
///    a relay takes the lease again. No other event waits for it.
/// 5. A topic that cannot be written is left alone for a while, so that the others go on.
class relay_thread final : public relay {
public:
    relay_thread(db::database& database, std::unique_ptr<publisher> destination,
                 std::chrono::milliseconds poll_interval)
        : database_(database),
          destination_(std::move(destination)),
          poll_interval_(poll_interval) {}
    ~relay_thread() override { stop(0ms); }

    void start() override {
        thread_ = std::thread{[this] { run(); }};
    }

    void stop(std::chrono::milliseconds flush_max) override {
        {
            const std::lock_guard lock{mutex_};
            flush_until_ = steady::now() + flush_max;
        }
        wake_.notify_one();
        if (thread_.joinable()) thread_.join();
    }

    void notify() noexcept override {
        if (notified_.exchange(true)) return;
        // Lock and unlock: else the notice could come between the thread's check and its wait.
        { const std::lock_guard lock{mutex_}; }
        wake_.notify_one();
    }

    bool healthy() const noexcept override { return healthy_; }

private:
    enum class round_end {
        idle,     ///< nothing to publish, or another relay has the lease
        emptied,  ///< published what there was
        more,     ///< published a full batch: there is more
        failed,
    };

    void run() {
        auto backoff = backoff_min;
        while (!flush_is_over()) {
            const bool last = stopping();
            const auto end = guarded_round();
            if (last && (end == round_end::idle || end == round_end::failed)) break;
            switch (end) {
                case round_end::idle: wait_for_notice(); break;
                case round_end::emptied: pause(round_gap); break;
                case round_end::more: break;
                case round_end::failed: pause(backoff); break;
            }
            backoff = end == round_end::failed ? std::min(backoff * 2, backoff_max) : backoff_min;
        }
        give_back();
    }

    round_end guarded_round() {
        round_end end = round_end::failed;
        try {
            end = round();
        } catch (const std::exception& error) {
            note_failure(error.what());
        }
        if (end != round_end::failed) {
            const bool well = closed_topics_.empty();
            if (healthy_.exchange(well) != well && well) log::info("outbox.relay_recovered");
            return end;
        }
        // A slow destination would lose the lease with every such batch: make it smaller.
        batch_ = std::max<std::size_t>(batch_ / 2, 1);
        lease_.reset();
        return end;
    }

    round_end round() {
        notified_ = false;  // events appended from here on are for the next round
        if (const auto end = hold_lease()) return *end;
        const auto without = topics_to_leave_alone();
        auto read = [&](db::transaction& tx) -> result<waiting_events> {
            return read_waiting(tx, without, batch_, batch_bytes_max);
        };
        auto rows = database_.read(read, db::access::snapshot);
        if (!rows) return note_failure(rows.error().detail);
        if (rows->ids.empty()) return round_end::idle;
        const bool is_all = rows->ids.size() < batch_ && rows->bytes < batch_bytes_max;

        verdicts known;
        set_followers_aside(*rows, known);
        if (!rows->ids.empty()) {
            const auto sent = destination_->publish(rows->events);
            if (!sent) return note_failure(sent.error().detail);
            kill_point("after_produce");
            known.problem = sent->problem;
            note_topics(*rows, *sent);
            sort(*rows, sent->outcomes, known);
        }
        if (auto failed = settle(known)) return note_failure(failed->detail);
        if (known.undelivered > 0) return note_failure(known.problem);
        if (is_all) return round_end::emptied;
        batch_ = std::min(batch_ * 2, batch_max);
        return round_end::more;
    }

    /// The outcomes of a round, by the numbers of its rows.
    struct verdicts {
        std::vector<std::int64_t> delivered;
        std::vector<std::int64_t> parked;
        std::size_t undelivered = 0;
        std::string problem;
    };

    /// Rows of a subject that has a parked one are parked behind it.
    void set_followers_aside(waiting_events& rows, verdicts& known) const {
        if (parked_subjects_.empty()) return;
        waiting_events rest;
        for (std::size_t i = 0; i < rows.ids.size(); ++i) {
            if (parked_subjects_.contains(rows.events[i].subject)) {
                known.parked.push_back(rows.ids[i]);
                continue;
            }
            rest.ids.push_back(rows.ids[i]);
            rest.events.push_back(std::move(rows.events[i]));
        }
        rows = std::move(rest);
    }

    void sort(const waiting_events& rows, const std::vector<delivery_outcome>& outcomes,
              verdicts& known) {
        for (std::size_t i = 0; i < rows.ids.size(); ++i) {
            const auto& subject = rows.events[i].subject;
            if (outcomes.at(i) == delivery_outcome::refused &&
                parked_subjects_.insert(subject).second) {
                log::warning("outbox.event_parked", {{"ce_id", to_string(rows.events[i].ce_id)},
                                                     {"subject", subject},
                                                     {"detail", known.problem}});
            }
            if (outcomes[i] == delivery_outcome::delivered)
                known.delivered.push_back(rows.ids[i]);
            else if (parked_subjects_.contains(subject))
                known.parked.push_back(rows.ids[i]);
            else if (!closed_topics_.contains(rows.events[i].topic))
                ++known.undelivered;
        }
    }

    /// Which topics were refused, and which are open again.
    void note_topics(const waiting_events& rows, const publisher::outcome& sent) {
        for (const auto& each : rows.events) {
            if (!sent.closed_topics.contains(each.topic)) closed_topics_.erase(each.topic);
        }
        for (const auto& name : sent.closed_topics) {
            if (closed_topics_.insert_or_assign(name, steady::now() + closed_topic_pause).second) {
                failures.add();
                log::warning("outbox.topic_closed", {{"topic", name}, {"detail", sent.problem}});
            }
        }
    }

    topics topics_to_leave_alone() const {
        topics out;
        for (const auto& [name, until] : closed_topics_) {
            if (steady::now() < until) out.push_back(name);
        }
        return out;
    }

    /// Empty when this relay has the lease and it lasts for a batch. Takes none when there is
    /// nothing to publish: an idle shop writes nothing.
    std::optional<round_end> hold_lease() {
        const auto now = steady::now();
        if (lease_ && now + lease_left_min < lease_until_) return std::nullopt;
        // A new holder of the lease tries again what another has parked.
        const bool parked_too = !held_before_;
        const auto without = topics_to_leave_alone();
        auto waits = database_.read([&](db::transaction& tx) -> result<bool> {
            return anything_waits(tx, without, parked_too);
        });
        if (!waits) return note_failure(waits.error().detail);
        if (!*waits) return round_end::idle;
        if (lease_ && now < lease_until_) return renew_lease();
        return take_lease_anew();
    }

    std::optional<round_end> renew_lease() {
        if (auto failed = under_lease([](db::transaction&) -> result<void> { return {}; }, 0))
            return note_failure(failed->detail);
        return std::nullopt;
    }

    std::optional<round_end> take_lease_anew() {
        const auto asked_at = steady::now();
        auto taken = database_.write([this](db::transaction& tx) -> result<std::optional<lease>> {
            auto mine = take_lease(tx, self_, lease_length);
            if (mine) unpark_rows(tx);
            return mine;
        });
        if (!taken) return note_failure(taken.error().detail);
        lease_ = *taken;
        lease_until_ = asked_at + lease_length;
        if (!lease_) return round_end::idle;
        held_before_ = true;
        parked_subjects_.clear();
        return std::nullopt;
    }

    /// Deletes and counts what was delivered, and parks what was refused. Rows that are left, for
    /// whatever reason, are published again.
    std::optional<failure> settle(const verdicts& known) {
        const bool one_writer = database_.dialect() == db::dialect::sqlite;
        const auto at_once = one_writer ? batch_max : delete_max_mysql;
        for (std::span<const std::int64_t> rest{known.delivered}; !rest.empty();) {
            const auto part = rest.first(std::min(at_once, rest.size()));
            const auto count = static_cast<std::int64_t>(part.size());
            auto remove = [part, count](db::transaction& tx) -> result<void> {
                kill_point("before_outbox_delete");
                if (delete_rows(tx, part) == count) return {};
                return failure{errc::internal, "rows that were published are gone"};
            };
            if (auto failed = under_lease(remove, count)) return failed;
            published.add(part.size());
            rest = rest.subspan(part.size());
        }
        if (known.parked.empty()) return std::nullopt;
        auto park = [&known](db::transaction& tx) -> result<void> {
            if (park_rows(tx, known.parked) == std::ssize(known.parked)) return {};
            return failure{errc::internal, "rows that were refused are gone"};
        };
        if (auto failed = under_lease(park, 0)) return failed;
        parked.add(known.parked.size());
        return std::nullopt;
    }

    /// Runs `work` in a transaction that also renews the lease and counts `count` published events:
    /// all or nothing. Nothing when another relay has the lease by now.
    template <class Work>
    std::optional<failure> under_lease(Work work, std::int64_t count) {
        const auto asked_at = steady::now();
        auto done = database_.write([&](db::transaction& tx) -> result<void> {
            if (!renew_and_count(tx, lease_.value(), lease_length, count)) {
                return failure{errc::internal, "another relay has taken the lease"};
            }
            return work(tx);
        });
        if (!done) return done.error();
        lease_until_ = asked_at + lease_length;
        return std::nullopt;
    }

    void give_back() {
        if (!lease_) return;
        auto given = database_.write([this](db::transaction& tx) -> result<void> {
            give_lease_back(tx, *lease_);
            return {};
        });
        if (!given) log::warning("outbox.lease_kept", {{"detail", given.error().detail}});
    }

    round_end note_failure(const std::string& detail) {
        failures.add();
        if (healthy_.exchange(false)) log::warning("outbox.relay_failed", {{"detail", detail}});
        return round_end::failed;
    }

    // --- waiting ---

    bool stopping() {
        const std::lock_guard lock{mutex_};
        return flush_until_.has_value();
    }
    bool flush_is_over() {
        const std::lock_guard lock{mutex_};
        return flush_until_ && steady::now() >= *flush_until_;
    }
    void wait_for_notice() {
        std::unique_lock lock{mutex_};
        wake_.wait_for(lock, poll_interval_, [this] { return notified_ || flush_until_; });
    }
    void pause(std::chrono::milliseconds length) {
        std::unique_lock lock{mutex_};
        wake_.wait_for(lock, length, [this] { return flush_until_.has_value(); });
    }

    db::database& database_;
    std::unique_ptr<publisher> destination_;
    const std::chrono::milliseconds poll_interval_;
    const relay_id self_ = make_random_id<relay_id>();
    std::atomic<bool> notified_{false};
    std::atomic<bool> healthy_{true};

    std::mutex mutex_;
    std::condition_variable wake_;
    std::optional<steady::time_point> flush_until_;  ///< set by stop()

    // used by the thread alone
    std::optional<lease> lease_;
    steady::time_point lease_until_;
    bool held_before_ = false;
    std::set<std::string> parked_subjects_;                    ///< under this lease
    std::map<std::string, steady::time_point> closed_topics_;  ///< and until when
    std::size_t batch_ = batch_start;

    std::thread thread_;
};

}  // namespace

std::unique_ptr<relay> make_relay(db::database& database, std::unique_ptr<publisher> destination,
                                  std::chrono::milliseconds poll_interval) {
    return std::make_unique<relay_thread>(database, std::move(destination), poll_interval);
}

}  // namespace market::outbox
