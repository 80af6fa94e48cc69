#pragma once
/// Ready bytes by what was asked. Whoever finds none that are fresh makes them; all who ask
/// meanwhile wait for those.
#include "pulse.hpp"

#include <market/base/log.hpp>
#include <market/base/one_shot.hpp>
#include <market/catalog/shown.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace market::catalog {

/// `Kept` is what one making leaves to the next, as long as no product and no sale changes. A page
/// is never older than what this server has sold before it was asked for.
/// Thread-safe.
template <class T, class Kept>
class shelf {
public:
    struct made {
        shown<T> page;
        std::shared_ptr<const Kept> kept{};
    };
    /// `kept` is null when there is nothing that still holds.
    using maker = std::function<asio::awaitable<result<made>>(std::shared_ptr<const Kept> kept)>;

    shelf(pulse& heart, const wall_clock& clock, std::chrono::milliseconds shown_for)
        : heart_(heart), clock_(clock), shown_for_(shown_for) {}

    /// Errors: those of `make`, which are not kept.
    asio::awaitable<result<shown<T>>> show(std::string key, maker make) {
        for (;;) {
            const auto stamp = co_await heart_.feel();
            const auto found = look_up(key, stamp);
            if (found.page) co_return found.page;
            if (found.mine) co_return co_await fly(std::move(key), std::move(make), found);
            co_await found.flight->over.wait(deadline::max());
            // What was begun before a change that this caller knows of is not for it.
            if (found.flight->began == stamp) co_return found.flight->outcome;
        }
    }

private:
    struct flying {
        pulse::stamp began;
        std::int64_t moves = 0;  ///< that it has seen
        result<shown<T>> outcome = failure{errc::internal, "the page could not be made"};
        one_shot over;
    };
    struct slot {
        shown<T> page;
        std::shared_ptr<const Kept> kept;
        pulse::stamp stamp;
        std::int64_t moves = 0;
        instant made_at;
        std::shared_ptr<flying> flight;
        std::size_t bytes() const { return page ? 2 * page->body.size() : 0; }
    };
    struct finding {
        shown<T> page;
        std::shared_ptr<flying> flight;
        bool mine = false;
        std::shared_ptr<const Kept> kept;
    };

    finding look_up(const std::string& key, const pulse::stamp& stamp) {
        std::lock_guard lock{guard_};
        make_room();
        auto& here = slots_[key];
        const auto age = clock_.now() - here.made_at;
        const auto moves = heart_.moves();
        const bool holds = here.page && here.stamp == stamp;
        const bool is_young = age >= age.zero() && age < shown_for_ && here.moves == moves;
        if (holds && is_young) return {here.page, nullptr, false, {}};
        if (here.flight && here.flight->began == stamp && here.flight->moves == moves)
            return {nullptr, here.flight, false, {}};
        here.flight = std::make_shared<flying>();
        here.flight->began = stamp;
        here.flight->moves = moves;
        return {nullptr, here.flight, true, holds ? here.kept : nullptr};
    }

    asio::awaitable<result<shown<T>>> fly(std::string key, maker make, finding mine) {
        const auto began_at = clock_.now();
        std::shared_ptr<const Kept> kept;
        try {
            auto outcome = co_await make(mine.kept);
            if (outcome) {
                mine.flight->outcome = outcome->page;
                kept = std::move(outcome->kept);
            } else {
                mine.flight->outcome = outcome.error();
            }
        } catch (const std::exception& failed) {
            log::error("catalog.page_failed", {{"reason", std::string{failed.what()}}});
        }
        land(key, mine.flight, kept, began_at);
        mine.flight->over.set();
        co_return mine.flight->outcome;
    }

    void land(const std::string& key, const std::shared_ptr<flying>& flight,
              const std::shared_ptr<const Kept>& kept, instant began_at) {
        std::lock_guard lock{guard_};
        const auto found = slots_.find(key);
        if (found == slots_.end() || found->second.flight != flight) return;  // a newer one is up
        bytes_ -= found->second.bytes();
        if (!flight->outcome) {
            slots_.erase(found);
            return;
        }
        found->second = {*flight->outcome, kept, flight->began, flight->moves, began_at, nullptr};
        bytes_ += found->second.bytes();
    }

    /// What is hot is made again at once.
    void make_room() {
        if (slots_.size() < slots_max && bytes_ < bytes_max) return;
        slots_.clear();
        bytes_ = 0;
    }

    static constexpr std::size_t slots_max = 1'024;
    static constexpr std::size_t bytes_max = 64 << 20;

    pulse& heart_;
    const wall_clock& clock_;
    const std::chrono::milliseconds shown_for_;
    std::mutex guard_;
    std::unordered_map<std::string, slot> slots_;
    std::size_t bytes_ = 0;  ///< bodies, and as much for the values behind them
};

}  // namespace market::catalog
