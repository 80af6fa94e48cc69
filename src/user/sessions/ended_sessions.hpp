#pragma once
/// The sessions that have ended while their access tokens may still be valid. The list is kept in
/// memory, so that a request checks its token without the database.
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

/// Thread-safe. A session stays in the list until its `keep_until`: adding rows that were read
/// before it ended removes nothing.
class ended_sessions {
public:
    bool contains(session_id session) const;
    void add(const std::vector<ended_session>& sessions);
    /// Removes the sessions whose `keep_until` is over.
    void purge(instant now);

private:
    std::atomic<bool> empty_{true};  ///< true most of the time; cheaper to read than the lock
    mutable std::shared_mutex mutex_;
    std::unordered_map<session_id, instant> keep_until_;
};

/// Copies the list from the database into memory at every interval, and deletes old rows of it and
/// of the trail there. While the database does not answer, memory keeps what it has: a session that
/// ended on another server is then not refused until its tokens expire.
class ended_sessions_reader {
public:
    ended_sessions_reader(db::database& database, const wall_clock& clock, ended_sessions& list,
                          std::chrono::milliseconds interval)
        : database_(database), clock_(clock), list_(list), interval_(interval) {}
    ~ended_sessions_reader() { stop(); }
    ended_sessions_reader(const ended_sessions_reader&) = delete;
    ended_sessions_reader& operator=(const ended_sessions_reader&) = delete;

    /// Reads once, then goes on in a thread. Errors: database_unavailable, internal.
    result<void> start();
    void stop();

private:
    result<void> read();
    void purge();
    void run();

    db::database& database_;
    const wall_clock& clock_;
    ended_sessions& list_;
    const std::chrono::milliseconds interval_;
    std::mutex mutex_;
    std::condition_variable stopping_;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace market::user
