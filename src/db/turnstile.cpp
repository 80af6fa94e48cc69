#include "turnstile.hpp"

namespace market::db {

bool turnstile::enter(std::chrono::milliseconds wait_max) {
    std::unique_lock lock{guard_};
    if (free_ > 0) {  // then nobody waits: leave() gives places to those who do
        --free_;
        return true;
    }
    const auto self = queue_.emplace(queue_.end());
    const auto has_place = [&] { return self->has_place; };
    const bool entered = self->called.wait_for(lock, wait_max, has_place);
    queue_.erase(self);
    return entered;
}

void turnstile::leave() noexcept {
    const std::lock_guard lock{guard_};
    for (auto& first : queue_) {
        if (first.has_place) continue;  // called, but not yet awake
        first.has_place = true;
        first.called.notify_one();
        return;
    }
    ++free_;
}

}  // namespace market::db
