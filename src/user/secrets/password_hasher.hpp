#pragma once
/// Password hashing for coroutines.
#include <market/base/error.hpp>
#include <market/base/worker_pool.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace market::user {

namespace asio = boost::asio;

/// Hashes on a pool of its own, so that no database work waits behind a hash. Thread-safe.
/// Errors of both calls: overloaded (too many hashes wait, or there is no memory for one).
class password_hasher {
public:
    /// `dummy_hash` is what the password of an unknown account is compared with.
    password_hasher(std::size_t threads, std::size_t queue_max, std::string dummy_hash);

    asio::awaitable<result<std::string>> hash(std::string password);
    /// Is this the password of `encoded`? No for an unknown account, which has no hash; that
    /// answer takes as long.
    asio::awaitable<result<bool>> matches(std::optional<std::string> encoded, std::string password);

private:
    const std::string dummy_hash_;
    worker_pool pool_;
};

}  // namespace market::user
