#pragma once
#include <market/db/database.hpp>
#include <market/redis/client.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace market::app {

/// Asks the database and the gate's server once a second, so that `/readyz` can answer without
/// waiting. Thread-safe.
class readiness {
public:
    /// `gate_server`: null when the gate is in memory, which is always ready.
    readiness(db::database& record, redis::client* gate_server)
        : record_(record), gate_server_(gate_server) {}
    ~readiness() { stop(); }
    readiness(const readiness&) = delete;
    readiness& operator=(const readiness&) = delete;

    void start();
    void stop();

    /// Empty: ready.
    std::optional<std::string> database_problem() const;
    std::optional<std::string> migrations_problem() const;
    std::optional<std::string> gate_problem() const;

private:
    void watch();
    void look();

    db::database& record_;
    redis::client* gate_server_;
    mutable std::mutex mutex_;
    std::condition_variable stopping_;
    bool stopped_ = false;
    std::optional<std::string> database_problem_;
    std::optional<std::string> migrations_problem_;
    std::optional<std::string> gate_problem_;
    std::thread thread_;
};

}  // namespace market::app
