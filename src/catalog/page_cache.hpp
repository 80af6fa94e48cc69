#pragma once
/// A cache of rendered pages. A page that is not there, or not fresh, is rendered once: by the
/// first who asks for it. All who ask meanwhile wait for that rendering.
#include "version_watch.hpp"

#include <market/base/log.hpp>
#include <market/base/one_shot.hpp>
#include <market/catalog/rendered.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace market::catalog {

/// `Kept` is what one rendering leaves to the next, as long as no product and no sale changes. A
/// page is never older than what this server had sold when it was asked for.
/// Thread-safe.
template <class T, class Kept>
class page_cache {
public:
    struct made {
        rendered_ptr<T> page;
        std::shared_ptr<const Kept> kept{};
    };
    /// `kept` is null when there is nothing that still holds.
    using maker = std::function<asio::awaitable<result<made>>(std::shared_ptr<const Kept> kept)>;

    page_cache(version_watch& versions, const wall_clock& clock,
               std::chrono::milliseconds fresh_for)
        : versions_(versions), clock_(clock), fresh_for_(fresh_for) {}

    /// Errors: those of `make`, which are not kept.
    asio::awaitable<result<rendered_ptr<T>>> show(std::string key, maker make) {
        for (;;) {
            const auto stamp = co_await versions_.current();
            const auto found = look_up(key, stamp);
            if (found.page) co_return found.page;
            if (found.is_ours) co_return co_await run(std::move(key), std::move(make), found);
            co_await found.under_way->over.wait(deadline::max());
            // A rendering that began before a change this caller knows of is not for it.
            if (found.under_way->began_with == stamp) co_return found.under_way->outcome;
        }
    }

private:
    /// One call of a maker, which all who ask for its page wait for.
    struct rendering {
        version_watch::stamp began_with;
        std::int64_t moves = 0;  ///< that it has seen
        result<rendered_ptr<T>> outcome = failure{errc::internal, "the page could not be made"};
        one_shot over;
    };
    struct slot {
        rendered_ptr<T> page;
        std::shared_ptr<const Kept> kept;
        version_watch::stamp stamp;
        std::int64_t moves = 0;
        instant made_at;
        std::shared_ptr<rendering> under_way;
        std::size_t bytes() const { return page ? 2 * page->body.size() : 0; }
    };
    /// A fresh page, or a rendering: the caller's own to run, or another's to wait for.
    struct answer {
        rendered_ptr<T> page;
        std::shared_ptr<rendering> under_way;
        bool is_ours = false;
        std::shared_ptr<const Kept> kept;
    };

    answer look_up(const std::string& key, const version_watch::stamp& stamp) {
        std::lock_guard lock{mutex_};
        empty_when_full();
        auto& here = slots_[key];
        const auto age = clock_.now() - here.made_at;
        const auto moves = versions_.moves();
        const bool holds = here.page && here.stamp == stamp;
        const bool is_young = age >= age.zero() && age < fresh_for_ && here.moves == moves;
        if (holds && is_young) return {here.page, nullptr, false, {}};
        const auto& other = here.under_way;
        if (other && other->began_with == stamp && other->moves == moves)
            return {nullptr, other, false, {}};
        here.under_way = std::make_shared<rendering>();
        here.under_way->began_with = stamp;
        here.under_way->moves = moves;
        return {nullptr, here.under_way, true, holds ? here.kept : nullptr};
    }

    asio::awaitable<result<rendered_ptr<T>>> run(std::string key, maker make, answer ours) {
        const auto began_at = clock_.now();
        std::shared_ptr<const Kept> kept;
        try {
            auto outcome = co_await make(ours.kept);
            if (outcome) {
                ours.under_way->outcome = outcome->page;
                kept = std::move(outcome->kept);
            } else {
                ours.under_way->outcome = outcome.error();
            }
        } catch (const std::exception& failed) {
            log::error("catalog.page_failed", {{"reason", std::string{failed.what()}}});
        }
        store(key, ours.under_way, kept, began_at);
        ours.under_way->over.set();
        co_return ours.under_way->outcome;
    }

    void store(const std::string& key, const std::shared_ptr<rendering>& done,
               const std::shared_ptr<const Kept>& kept, instant began_at) {
        std::lock_guard lock{mutex_};
        const auto found = slots_.find(key);
        if (found == slots_.end() || found->second.under_way != done) return;  // a newer one runs
        bytes_ -= found->second.bytes();
        if (!done->outcome) {
            slots_.erase(found);
            return;
        }
        found->second = {*done->outcome, kept, done->began_with, done->moves, began_at, nullptr};
        bytes_ += found->second.bytes();
    }

    /// What many ask for is rendered again at once.
    void empty_when_full() {
        if (slots_.size() < slots_max && bytes_ < bytes_max) return;
        slots_.clear();
        bytes_ = 0;
    }

    static constexpr std::size_t slots_max = 1'024;
    static constexpr std::size_t bytes_max = 64 << 20;

    version_watch& versions_;
    const wall_clock& clock_;
    const std::chrono::milliseconds fresh_for_;
    std::mutex mutex_;
    std::unordered_map<std::string, slot> slots_;
    std::size_t bytes_ = 0;  ///< bodies, and as much for the values behind them
};

}  // namespace market::catalog
