#include "secrets/password_hasher.hpp"

#include "secrets/password.hpp"

#include <utility>

namespace market::user {

password_hasher::password_hasher(std::size_t threads, std::size_t queue_max, std::string dummy_hash)
    : dummy_hash_(std::move(dummy_hash)), pool_(threads, queue_max) {}

asio::awaitable<result<std::string>> password_hasher::hash(std::string password) {
    auto hash = [password = std::move(password)] { return hash_password(password); };
    return pool_.run(std::move(hash));
}

asio::awaitable<result<bool>> password_hasher::matches(std::optional<std::string> encoded,
                                                       std::string password) {
    auto compare = [is_known = encoded.has_value(), expected = encoded.value_or(dummy_hash_),
                    password = std::move(password)]() -> result<bool> {
        const auto is_match = is_password(expected, password);
        if (!is_match) return is_match.error();
        return *is_match && is_known;
    };
    return pool_.run(std::move(compare));
}

}  // namespace market::user
