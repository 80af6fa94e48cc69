#include "pages/version_watch.hpp"

#include "catalog_version.hpp"

namespace market::catalog {

asio::awaitable<version_watch::stamp> version_watch::current() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    auto asked_at = asked_at_.load();
    if (now - asked_at < interval_.count() || !asked_at_.compare_exchange_strong(asked_at, now))
        co_return known();
    auto find = [](db::transaction& tx) -> result<std::int64_t> { return read_version(tx); };
    const auto version = co_await database_.read(std::move(find));
    // A late answer must not undo a newer one: the version only rises.
    auto highest = version_.load();
    while (version && highest < *version && !version_.compare_exchange_weak(highest, *version)) {
    }
    co_return known();
}

}  // namespace market::catalog
