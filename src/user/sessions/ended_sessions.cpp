#include "sessions/ended_sessions.hpp"

#include "trail/security_events.hpp"

#include <market/base/log.hpp>

namespace market::user {

bool ended_sessions::contains(session_id session) const {
    if (empty_.load(std::memory_order_acquire)) return false;
    const std::shared_lock held{mutex_};
    return keep_until_.contains(session);
}

void ended_sessions::add(const std::vector<ended_session>& sessions) {
    if (sessions.empty()) return;
    const std::unique_lock held{mutex_};
    for (const auto& session : sessions) {
        auto& until = keep_until_[session.id];
        until = std::max(until, session.keep_until);
    }
    empty_.store(false, std::memory_order_release);
}

void ended_sessions::purge(instant now) {
    const std::unique_lock held{mutex_};
    std::erase_if(keep_until_, [&](const auto& entry) { return entry.second <= now; });
    empty_.store(keep_until_.empty(), std::memory_order_release);
}

result<void> ended_sessions_reader::start() {
    if (auto outcome = read(); !outcome) return outcome;
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
    const auto sessions =
        database_.read([&](db::transaction& tx) -> result<std::vector<ended_session>> {
            return list_ended_sessions(tx, now);
        });
    if (!sessions) return sessions.error();
    list_.add(*sessions);
    list_.purge(now);
    return {};
}

void ended_sessions_reader::purge() {
    const auto now = clock_.now();
    const auto outcome = database_.write([&](db::transaction& tx) -> result<void> {
        purge_ended_sessions(tx, now);
        purge_events(tx, now);
        return {};
    });
    if (!outcome)
        log::warning("user.purge_failed",
                     {{"cause", std::string{to_string(outcome.error().code)}}});
}

void ended_sessions_reader::run() {
    constexpr std::chrono::minutes between_purges{1};
    auto purge_at = std::chrono::steady_clock::now() + between_purges;
    bool was_read = true;
    std::unique_lock held{mutex_};
    while (!stopping_.wait_for(held, interval_, [this] { return stopped_; })) {
        held.unlock();
        const bool is_read = read().has_value();
        if (!is_read && was_read) log::warning("user.ended_sessions_unread");
        was_read = is_read;
        if (is_read && std::chrono::steady_clock::now() >= purge_at) {
            purge();
            purge_at = std::chrono::steady_clock::now() + between_purges;
        }
        held.lock();
    }
}

}  // namespace market::user
