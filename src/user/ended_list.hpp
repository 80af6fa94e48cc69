#pragma once
/// The sessions that are over while tokens of theirs may still be valid, in memory: asked by every
/// request, so that none needs the database.
#include "sessions.hpp"

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
class ended_list {
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
class ended_list_reader {
public:
    ended_list_reader(db::database& database, const wall_clock& clock, ended_list& into,
                      std::chrono::milliseconds every)
        : database_(database), clock_(clock), into_(into), every_(every) {}
    ~ended_list_reader() { stop(); }
    ended_list_reader(const ended_list_reader&) = delete;
    ended_list_reader& operator=(const ended_list_reader&) = delete;

    /// Reads once, then on a thread of its own. Errors: database_unavailable, internal.
    result<void> start();
    void stop();

private:
    result<void> read();
    void purge();
    void run();

    db::database& database_;
    const wall_clock& clock_;
    ended_list& into_;
    const std::chrono::milliseconds every_;
    std::mutex mutex_;
    std::condition_variable stopping_;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace market::user
