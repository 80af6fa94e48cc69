#pragma once
/// The sessions that are over while tokens of theirs may still be valid, in memory: asked by every
/// request, so that none needs the database.
#include "sessions/session_queries.hpp"

#include <market/db/database.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <unordered_map>

namespace market::user {

/// Thread-safe. What is in it stays until its time is over, so that a list read before a session
/// ended takes nothing away.
class ended_sessions {
public:
    bool holds(session_id session) const;
    void add(const std::vector<ended_session>& ended);
    void forget_before(instant now);

private:
    std::atomic<bool> empty_{true};  ///< most of the time, and cheaper than a lock
    mutable std::shared_mutex mutex_;
    std::unordered_map<session_id, instant> keep_until_;
};

/// Reads the whole list from the record again and again, and clears away there what is too old. A
/// list that cannot be read changes nothing: tokens then stay valid until their `exp`.
class ended_sessions_reader {
public:
    ended_sessions_reader(db::database& database, const wall_clock& clock, ended_sessions& into,
                          std::chrono::milliseconds every)
        : database_(database), clock_(clock), into_(into), every_(every) {}
    ~ended_sessions_reader() { stop(); }
    ended_sessions_reader(const ended_sessions_reader&) = delete;
    ended_sessions_reader& operator=(const ended_sessions_reader&) = delete;

    /// Reads once, then on a thread of its own. Errors: database_unavailable, internal.
    result<void> start();
    void stop();

private:
    result<void> read();
    void purge();
    void run();

    db::database& database_;
    const wall_clock& clock_;
    ended_sessions& into_;
    const std::chrono::milliseconds every_;
    std::mutex mutex_;
    std::condition_variable stopping_;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace market::user
