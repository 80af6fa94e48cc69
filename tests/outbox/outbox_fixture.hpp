#pragma once
#include <market/outbox/outbox.hpp>
#include <market/outbox/publisher.hpp>

#include "support/sqlite_shop.hpp"

#include <condition_variable>
#include <functional>

namespace market::outbox::testing {

using namespace std::chrono_literals;

inline event make_event(std::string subject, std::string data = "{}") {
    return {.ce_id = make_id<event_id>(),
            .topic = "market.orders",
            .type = "market.order.created.v1",
            .subject = std::move(subject),
            .at = system_clock().now(),
            .data = std::move(data),
            .traceparent = {}};
}

/// `count` events of a few subjects; `data` numbers those of each subject.
inline std::vector<event> make_events(int count, int subjects = 5) {
    std::vector<event> out;
    for (int i = 0; i < count; ++i) {
        out.push_back(
            make_event("subject-" + std::to_string(i % subjects), std::to_string(i / subjects)));
    }
    return out;
}

/// What the destination has seen and how it behaves; outlives the relays that write to it.
class destination {
public:
    /// Called with each batch, after it was recorded and without the lock; its answer is passed on.
    using behaviour = std::function<result<publisher::outcome>(std::span<const event>)>;

    static result<publisher::outcome> deliver_all(std::span<const event> events) {
        return publisher::outcome{
            std::vector<delivery_outcome>(events.size(), delivery_outcome::delivered)};
    }

    void behave(behaviour next) {
        const std::lock_guard lock{mutex_};
        behaviour_ = std::move(next);
    }
    std::vector<event> seen() const {
        const std::lock_guard lock{mutex_};
        return seen_;
    }
    std::size_t count() const {
        const std::lock_guard lock{mutex_};
        return seen_.size();
    }
    bool wait_for_count(std::size_t count) {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, 20s, [&] { return seen_.size() >= count; });
    }

    result<publisher::outcome> take(std::span<const event> events) {
        behaviour answer;
        {
            const std::lock_guard lock{mutex_};
            seen_.insert(seen_.end(), events.begin(), events.end());
            answer = behaviour_;
        }
        changed_.notify_all();
        return answer(events);
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<event> seen_;
    behaviour behaviour_ = deliver_all;
};

class recording_publisher final : public publisher {
public:
    explicit recording_publisher(destination& where) : where_(where) {}
    result<outcome> publish(std::span<const event> events) override { return where_.take(events); }

private:
    destination& where_;
};

/// Opens once; everybody waits for it.
class latch {
public:
    void open() {
        {
            const std::lock_guard lock{mutex_};
            open_ = true;
        }
        changed_.notify_all();
    }
    bool wait() {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, 20s, [&] { return open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

/// A shop with nothing in it but events.
class outbox_shop : public market::testing::sqlite_shop {
public:
    void add(const std::vector<event>& events) {
        database()
            .write([&](db::transaction& tx) -> result<void> {
                append(tx, events);
                return {};
            })
            .value();
    }
    tally counts() {
        return database()
            .read([](db::transaction& tx) -> result<tally> { return read_tally(tx); })
            .value();
    }
    void execute(const db::sql& statement) {
        database()
            .write([&](db::transaction& tx) -> result<void> {
                tx.execute(statement);
                return {};
            })
            .value();
    }
    std::int64_t number(const db::sql& query) {
        return database()
            .read([&](db::transaction& tx) -> result<std::int64_t> {
                return std::get<0>(tx.query_one<std::int64_t>(query).value());
            })
            .value();
    }
    std::int64_t lease_epoch() { return number(db::sql{} << "SELECT epoch FROM outbox_relay"); }
};

/// Each event's id in the order of its first delivery.
inline std::vector<event_id> first_deliveries(const std::vector<event>& seen) {
    std::vector<event_id> out;
    for (const auto& one : seen) {
        if (std::ranges::find(out, one.ce_id) == out.end()) out.push_back(one.ce_id);
    }
    return out;
}

inline std::vector<event_id> ids_of(const std::vector<event>& events) {
    std::vector<event_id> out;
    for (const auto& one : events) out.push_back(one.ce_id);
    return out;
}

}  // namespace market::outbox::testing
