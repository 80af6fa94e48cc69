#include "session_holder.hpp"

#include <market/base/log.hpp>

namespace market::db {

session_holder::session_holder(session_maker make, const options& settings)
    : make_(std::move(make)),
      wait_max_(settings.session_wait_max),
      turnstile_(settings.sessions_max) {
    idle_.reserve(settings.sessions_max);
}

session_holder::lease::lease(session_holder& holder, place held, std::unique_ptr<session> open)
    : holder_(&holder), place_(std::move(held)), session_(std::move(open)) {}

session_holder::lease::~lease() {
    if (session_) holder_->keep(std::move(session_));
}

session_holder::lease session_holder::begin(access mode) {
    if (!turnstile_.enter(wait_max_))
        throw error(cause::unavailable, "no database session became free in time");
    place held{turnstile_};
    while (auto known = take_idle()) {
        try {
            known->begin(mode);
            return {*this, std::move(held), std::move(known)};
        } catch (const error& failed) {
            if (known->usable()) {
                keep(std::move(known));
                throw;
            }
            log::debug("db.session_replaced", {{"cause", to_string(failed.why())}});
        }
    }
    auto fresh = make_();
    fresh->begin(mode);
    return {*this, std::move(held), std::move(fresh)};
}

std::unique_ptr<session> session_holder::take_idle() {
    const std::lock_guard lock{guard_};
    if (idle_.empty()) return nullptr;
    auto open = std::move(idle_.back());
    idle_.pop_back();
    return open;
}

// Never grows beyond the reserved size: each session here had one place.
void session_holder::keep(std::unique_ptr<session> open) noexcept {
    if (!open->usable()) return;
    const std::lock_guard lock{guard_};
    idle_.push_back(std::move(open));
}

}  // namespace market::db
