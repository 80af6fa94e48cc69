#pragma once
#include <market/db/database.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace market::app {

/// Asks the database once a second, so that `/readyz` can answer without waiting. Thread-safe.
class readiness {
public:
    explicit readiness(db::database& record) : record_(record) {}
    ~readiness() { stop(); }
    readiness(const readiness&) = delete;
    readiness& operator=(const readiness&) = delete;

    void start();
    void stop();

    /// Empty: well.
    std::optional<std::string> database_problem() const;
    std::optional<std::string> migrations_problem() const;

private:
    void watch();
    void look();

    db::database& record_;
    mutable std::mutex mutex_;
    std::condition_variable stopping_;
    bool stopped_ = false;
    std::optional<std::string> database_problem_;
    std::optional<std::string> migrations_problem_;
    std::thread thread_;
};

}  // namespace market::app
