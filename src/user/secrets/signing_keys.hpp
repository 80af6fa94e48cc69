#pragma once
/// The keys that sign tokens and codes. The current key signs and every key checks, so that a
/// secret can be replaced while tokens it signed are still valid. A key's id is a one-way function
/// of its secret. An id that comes from outside is only looked up here.
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace market::user {

/// Immutable, so thread-safe.
class signing_keys {
public:
    struct key {
        std::string id;
        std::string secret;
        std::string header;  ///< the encoded header of the access tokens it signs
    };

    explicit signing_keys(const std::string& current,
                          const std::vector<std::string>& previous = {});

    const key& current() const { return keys_.front(); }
    /// The current one first.
    std::span<const key> all() const { return keys_; }
    /// Null: no key has this id.
    const key* find(std::string_view id) const;

private:
    std::vector<key> keys_;
};

}  // namespace market::user
