#pragma once
/// The secrets that sign, so that one can be replaced while what it signed is still out: the
/// current one signs, all of them check. A key's id is made of its secret (one way), and an id that
/// comes from outside only looks a key up here.
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
        std::string header;  ///< of the access tokens it signs, encoded
    };

    explicit signing_keys(const std::string& current,
                          const std::vector<std::string>& previous = {});

    const key& current() const { return keys_.front(); }
    /// The current one first.
    std::span<const key> all() const { return keys_; }
    /// Null: there is none.
    const key* find(std::string_view id) const;

private:
    std::vector<key> keys_;
};

}  // namespace market::user
