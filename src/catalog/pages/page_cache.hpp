#pragma once
/// A cache of rendered pages. A page that is missing, or not fresh, is rendered once: by the first
/// caller who asks for it. All who ask meanwhile wait for that rendering.
#include "pages/version_watch.hpp"

#include <market/base/log.hpp>
#include <market/base/one_shot.hpp>
#include <market/catalog/rendered.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace market::catalog {

/// `Source` is what a page was rendered from. While no product and no sale changes, the next
/// rendering gets it again. A page is never older than what this server had sold when it was asked
/// for. Thread-safe.
template <class T, class Source>
class page_cache {
public:
    struct rendering {
        rendered_ptr<T> page;
        std::shared_ptr<const Source> source{};
    };
    /// `source` is null when none is known that still holds.
    using renderer =
        std::function<asio::awaitable<result<rendering>>(std::shared_ptr<const Source> source)>;

    page_cache(version_watch& versions, const wall_clock& clock,
               std::chrono::milliseconds fresh_for)
        : versions_(versions), clock_(clock), fresh_for_(fresh_for) {}

    /// Errors: those of `render`, which are not kept.
    asio::awaitable<result<rendered_ptr<T>>> get(std::string key, renderer render) {
        for (;;) {
            const auto stamp = co_await versions_.current();
            const auto found = look_up(key, stamp);
            if (found.page) co_return found.page;
            if (found.is_ours) co_return co_await run(std::move(key), std::move(render), found);
            co_await found.pending->done.wait(deadline::max());
            // A rendering that began before a change this caller knows of is not for it.
            if (found.pending->began_with == stamp) co_return found.pending->outcome;
        }
    }

private:
    /// A call of a renderer that is under way. All who ask for its page wait for `done`.
    struct pending_rendering {
        version_watch::stamp began_with;
        std::int64_t own_unit_changes = 0;  ///< that it has seen
        result<rendered_ptr<T>> outcome = failure{errc::internal, "the page could not be made"};
        one_shot done;
    };
    struct entry {
        rendered_ptr<T> page;
        std::shared_ptr<const Source> source;
        version_watch::stamp stamp;
        std::int64_t own_unit_changes = 0;
        instant rendered_at;
        std::shared_ptr<pending_rendering> pending;
        std::size_t bytes() const { return page ? 2 * page->body.size() : 0; }
    };
    /// A fresh page, or a rendering: the caller's own to run, or another's to wait for.
    struct lookup {
        rendered_ptr<T> page;
        std::shared_ptr<pending_rendering> pending;
        bool is_ours = false;
        std::shared_ptr<const Source> source;
    };

    lookup look_up(const std::string& key, const version_watch::stamp& stamp) {
        std::lock_guard lock{mutex_};
        empty_when_full();
        auto& here = entries_[key];
        const auto age = clock_.now() - here.rendered_at;
        const auto unit_changes = versions_.own_unit_changes();
        const bool holds = here.page && here.stamp == stamp;
        const bool is_fresh =
            age >= age.zero() && age < fresh_for_ && here.own_unit_changes == unit_changes;
        if (holds && is_fresh) return {here.page, nullptr, false, {}};
        const auto& other = here.pending;
        if (other && other->began_with == stamp && other->own_unit_changes == unit_changes)
            return {nullptr, other, false, {}};
        here.pending = std::make_shared<pending_rendering>();
        here.pending->began_with = stamp;
        here.pending->own_unit_changes = unit_changes;
        return {nullptr, here.pending, true, holds ? here.source : nullptr};
    }

    asio::awaitable<result<rendered_ptr<T>>> run(std::string key, renderer render, lookup ours) {
        const auto began_at = clock_.now();
        std::shared_ptr<const Source> source;
        try {
            auto outcome = co_await render(ours.source);
            if (outcome) {
                ours.pending->outcome = outcome->page;
                source = std::move(outcome->source);
            } else {
                ours.pending->outcome = outcome.error();
            }
        } catch (const std::exception& failed) {
            log::error("catalog.page_failed", {{"reason", std::string{failed.what()}}});
        }
        store(key, ours.pending, source, began_at);
        ours.pending->done.set();
        co_return ours.pending->outcome;
    }

    void store(const std::string& key, const std::shared_ptr<pending_rendering>& finished,
               const std::shared_ptr<const Source>& source, instant began_at) {
        std::lock_guard lock{mutex_};
        const auto found = entries_.find(key);
        if (found == entries_.end() || found->second.pending != finished) return;  // a newer one
        bytes_ -= found->second.bytes();
        if (!finished->outcome) {
            entries_.erase(found);
            return;
        }
        found->second = {*finished->outcome,         source,   finished->began_with,
                         finished->own_unit_changes, began_at, nullptr};
        bytes_ += found->second.bytes();
    }

    /// Pages that many ask for are soon rendered again.
    void empty_when_full() {
        if (entries_.size() < entries_max && bytes_ < bytes_max) return;
        entries_.clear();
        bytes_ = 0;
    }

    static constexpr std::size_t entries_max = 1'024;
    static constexpr std::size_t bytes_max = 64 << 20;

    version_watch& versions_;
    const wall_clock& clock_;
    const std::chrono::milliseconds fresh_for_;
    std::mutex mutex_;
    std::unordered_map<std::string, entry> entries_;
    std::size_t bytes_ = 0;  ///< bodies, and as much for the values behind them
};

}  // namespace market::catalog
