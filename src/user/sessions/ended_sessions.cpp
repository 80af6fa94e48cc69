#include "sessions/ended_sessions.hpp"

#include "trail/security_events.hpp"

#include <market/base/log.hpp>

namespace market::user {

bool ended_sessions::holds(session_id session) const {
    if (empty_.load(std::memory_order_acquire)) return false;
    const std::shared_lock held{mutex_};
    return keep_until_.contains(session);
}

void ended_sessions::add(const std::vector<ended_session>& ended) {
    if (ended.empty()) return;
    const std::unique_lock held{mutex_};
    for (const auto& one : ended) {
        auto& until = keep_until_[one.id];
        until = std::max(until, one.keep_until);
    }
    empty_.store(false, std::memory_order_release);
}

void ended_sessions::forget_before(instant now) {
    const std::unique_lock held{mutex_};
    std::erase_if(keep_until_, [&](const auto& one) { return one.second <= now; });
    empty_.store(keep_until_.empty(), std::memory_order_release);
}

result<void> ended_sessions_reader::start() {
    if (auto first = read(); !first) return first;
    thread_ = std::thread{[this] { run(); }};
    return {};
}

void ended_sessions_reader::stop() {
    {
        const std::lock_guard held{mutex_};
        stopped_ = true;
    }
    stopping_.notify_all();
    if (thread_.joinable()) thread_.join();
}

result<void> ended_sessions_reader::read() {
    const auto now = clock_.now();
    const auto listed =
        database_.read([&](db::transaction& tx) -> result<std::vector<ended_session>> {
            return list_ended_sessions(tx, now);
        });
    if (!listed) return listed.error();
    into_.add(*listed);
    into_.forget_before(now);
    return {};
}

void ended_sessions_reader::purge() {
    const auto now = clock_.now();
    const auto purged = database_.write([&](db::transaction& tx) -> result<void> {
        purge_ended_sessions(tx, now);
        purge_events(tx, now);
        return {};
    });
    if (!purged)
        log::warning("user.purge_failed", {{"cause", std::string{to_string(purged.error().code)}}});
}

void ended_sessions_reader::run() {
    constexpr std::chrono::minutes between_purges{1};
    auto purge_at = std::chrono::steady_clock::now() + between_purges;
    bool told = false;
    std::unique_lock held{mutex_};
    while (!stopping_.wait_for(held, every_, [this] { return stopped_; })) {
        held.unlock();
        const auto done = read();
        if (!done && !told) log::warning("user.ended_sessions_unread");
        told = !done;
        if (done && std::chrono::steady_clock::now() >= purge_at) {
            purge();
            purge_at = std::chrono::steady_clock::now() + between_purges;
        }
        held.lock();
    }
}

}  // namespace market::user
