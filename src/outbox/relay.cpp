#include <market/outbox/relay.hpp>

#include <market/base/kill_point.hpp>
#include <market/base/log.hpp>

#include "outbox_queries.hpp"

#include <condition_variable>

namespace market::outbox {

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr std::chrono::microseconds lease_length = 5s;
/// Between two rounds that left nothing behind. Each delete is a commit that SQLite's order writer
/// has to wait for: fewer and larger ones cost it less, and no consumer notices.
constexpr std::chrono::milliseconds round_gap = 200ms;
constexpr std::chrono::milliseconds backoff_min = 100ms;
constexpr std::chrono::milliseconds backoff_max = 2s;
constexpr std::size_t batch_start = 2048;
constexpr std::size_t batch_max = 4096;

/// Invariants of its rounds:
/// 1. Rows are read under the lease, from the lowest number on; no position is remembered, because
///    a lower number may be committed later.
/// 2. A row is deleted only after its delivery was acknowledged, in the transaction that counts it,
///    and only while the lease is still this relay's.
/// 3. One batch is on its way at a time, so events leave in the order of their rows.
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
        // Taken and left, so that the notice cannot fall between the thread's look and its wait.
        { const std::lock_guard lock{mutex_}; }
        wake_.notify_one();
    }

    bool healthy() const noexcept override { return healthy_; }

private:
    enum class round_end {
        idle,     ///< nothing to publish, or it is another relay's turn
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
            if (!healthy_.exchange(true)) log::info("outbox.relay_recovered");
            return end;
        }
        // A destination too slow for the batch would lose the lease each time: smaller ones then.
        batch_ = std::max<std::size_t>(batch_ / 2, 1);
        lease_.reset();
        return end;
    }

    round_end round() {
        notified_ = false;  // what is appended from here on is for another round
        if (const auto end = hold_lease()) return *end;
        auto rows = database_.read([this](db::transaction& tx) -> result<waiting_events> {
            return read_waiting(tx, batch_);
        });
        if (!rows) return note_failure(rows.error().detail);
        if (rows->ids.empty()) return round_end::idle;

        const auto sent = destination_->publish(rows->events);
        if (!sent) return note_failure(sent.error().detail);
        kill_point("after_produce");
        std::vector<std::int64_t> delivered;
        for (std::size_t i = 0; i < rows->ids.size(); ++i) {
            if (sent->delivered.at(i)) delivered.push_back(rows->ids[i]);
        }
        if (auto failed = settle(delivered)) return note_failure(failed->detail);
        if (delivered.size() < rows->ids.size())
            return note_failure("some events were not delivered");
        if (delivered.size() < batch_) return round_end::emptied;
        batch_ = std::min(batch_ * 2, batch_max);
        return round_end::more;
    }

    /// Empty when the lease is this relay's. With nothing to publish none is taken: an idle shop
    /// writes nothing.
    std::optional<round_end> hold_lease() {
        if (lease_ && steady::now() < lease_until_) return std::nullopt;
        auto waits =
            database_.read([](db::transaction& tx) -> result<bool> { return anything_waits(tx); });
        if (!waits) return note_failure(waits.error().detail);
        if (!*waits) return round_end::idle;
        const auto asked_at = steady::now();
        auto taken = database_.write([this](db::transaction& tx) -> result<std::optional<lease>> {
            return take_lease(tx, self_, lease_length);
        });
        if (!taken) return note_failure(taken.error().detail);
        lease_ = *taken;
        lease_until_ = asked_at + lease_length;
        if (!lease_) return round_end::idle;
        return std::nullopt;
    }

    /// Deletes and counts what was delivered, all or nothing. Whatever is left, for whatever
    /// reason, is published again.
    std::optional<failure> settle(const std::vector<std::int64_t>& delivered) {
        if (delivered.empty()) return std::nullopt;
        const auto count = static_cast<std::int64_t>(delivered.size());
        const auto asked_at = steady::now();
        auto settled = database_.write([&](db::transaction& tx) -> result<void> {
            if (!renew_and_count(tx, lease_.value(), lease_length, count)) {
                return failure{errc::internal, "another relay has taken the lease"};
            }
            kill_point("before_outbox_delete");
            if (delete_rows(tx, delivered) != count) {
                return failure{errc::internal, "rows that were published are gone"};
            }
            return {};
        });
        if (!settled) return settled.error();
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

    // the thread's own
    std::optional<lease> lease_;
    steady::time_point lease_until_;
    std::size_t batch_ = batch_start;

    std::thread thread_;
};

}  // namespace

std::unique_ptr<relay> make_relay(db::database& database, std::unique_ptr<publisher> destination,
                                  std::chrono::milliseconds poll_interval) {
    return std::make_unique<relay_thread>(database, std::move(destination), poll_interval);
}

}  // namespace market::outbox
