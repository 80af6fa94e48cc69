#include "version_watch.hpp"

#include "catalog_version.hpp"

namespace market::catalog {

asio::awaitable<version_watch::stamp> version_watch::current() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    auto before = asked_at_.load();
    if (now - before < interval_.count() || !asked_at_.compare_exchange_strong(before, now))
        co_return known();
    auto ask = [](db::transaction& tx) -> result<std::int64_t> { return read_version(tx); };
    const auto version = co_await database_.read(std::move(ask));
    // An answer that took long does not take back what a later one told.
    auto seen = version_.load();
    while (version && seen < *version && !version_.compare_exchange_weak(seen, *version)) {
    }
    co_return known();
}

}  // namespace market::catalog
