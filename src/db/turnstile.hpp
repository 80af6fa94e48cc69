#pragma once
// A semaphore that is fair: it admits a few at a time, strictly in order of arrival.
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <utility>

namespace market::db {

/// Thread-safe. A plain mutex or semaphore admits whoever runs first: the group-commit writer,
/// which never pauses, would starve all others.
class turnstile {
public:
    explicit turnstile(std::size_t places) : free_(places) {}

    /// Waits for a place. False when none became free in time; then nothing is held.
    bool enter(std::chrono::milliseconds wait_max);
    /// Gives the place to whoever waits longest.
    void leave() noexcept;

private:
    struct waiter {
        std::condition_variable called;
        bool has_place = false;
    };

    std::mutex guard_;
    std::size_t free_;
    std::list<waiter> queue_;
};

/// A place at a turnstile, left at destruction.
class place {
public:
    place() = default;
    explicit place(turnstile& door) : turnstile_(&door) {}
    place(place&& other) noexcept : turnstile_(std::exchange(other.turnstile_, nullptr)) {}
    place& operator=(place&& other) noexcept {
        leave();
        turnstile_ = std::exchange(other.turnstile_, nullptr);
        return *this;
    }
    ~place() { leave(); }

    void leave() noexcept {
        if (turnstile_) std::exchange(turnstile_, nullptr)->leave();
    }

private:
    turnstile* turnstile_ = nullptr;
};

}  // namespace market::db
