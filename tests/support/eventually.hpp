#pragma once
/// Waiting for a condition, with a bound.
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace market::testing {

/// True as soon as `condition` is; false when it is not within `bound`.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds bound = std::chrono::seconds{20}) {
    std::mutex mutex;
    std::condition_variable look_again;
    std::unique_lock lock{mutex};
    const auto until = std::chrono::steady_clock::now() + bound;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= until) return false;
        look_again.wait_for(lock, std::chrono::milliseconds{5});
    }
    return true;
}

}  // namespace market::testing
