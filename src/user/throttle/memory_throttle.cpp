#include "throttle/rate_limited.hpp"

#include <algorithm>
#include <deque>
#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace market::user {
namespace {

class memory_throttle final : public throttle {
public:
    memory_throttle(const wall_clock& clock, std::size_t counts_max)
        : clock_(clock), counts_max_(std::max<std::size_t>(1, counts_max)) {}

    asio::awaitable<result<void>> take(allowance what, std::string key) override {
        co_return count(what, full_key(what, key));
    }

    asio::awaitable<void> give_back(allowance what, std::string key) override {
        uncount(full_key(what, key));
        co_return;
    }

private:
    struct entry {
        std::deque<instant> at;  ///< oldest first
        std::list<std::string>::iterator key;
    };

    static std::string full_key(const allowance& what, const std::string& key) {
        return std::string{what.name} + '\0' + key;
    }

    result<void> count(const allowance& what, const std::string& key) {
        if (what.most <= 0) return {};
        const auto now = clock_.now();
        const std::lock_guard held{mutex_};
        auto& counted = touch(key);
        forget_before(counted, now - what.within);
        if (counted.at.size() >= static_cast<std::size_t>(what.most)) {
            const auto until =
                counted.at[counted.at.size() - static_cast<std::size_t>(what.most)] + what.within;
            return rate_limited(what, until - now);
        }
        counted.at.push_back(now);
        ++counts_;
        make_room();
        return {};
    }

    void uncount(const std::string& key) {
        const std::lock_guard held{mutex_};
        const auto place = entries_.find(key);
        if (place == entries_.end()) return;
        place->second.at.pop_back();
        --counts_;
        if (place->second.at.empty()) drop(place);
    }

    entry& touch(const std::string& key) {
        auto [place, is_new] = entries_.try_emplace(key);
        if (is_new) {
            place->second.key = keys_by_use_.insert(keys_by_use_.end(), key);
        } else {
            keys_by_use_.splice(keys_by_use_.end(), keys_by_use_, place->second.key);
        }
        return place->second;
    }

    void forget_before(entry& counted, instant oldest) {
        while (!counted.at.empty() && counted.at.front() <= oldest) {
            counted.at.pop_front();
            --counts_;
        }
    }

    /// Each key holds at least one count, so this bounds the number of keys too.
    void make_room() {
        while (counts_ > counts_max_ && entries_.size() > 1)
            drop(entries_.find(keys_by_use_.front()));
    }

    void drop(std::unordered_map<std::string, entry>::iterator place) {
        counts_ -= place->second.at.size();
        keys_by_use_.erase(place->second.key);
        entries_.erase(place);
    }

    const wall_clock& clock_;
    const std::size_t counts_max_;
    std::mutex mutex_;
    std::unordered_map<std::string, entry> entries_;
    std::list<std::string> keys_by_use_;  ///< least recently used first
    std::size_t counts_ = 0;
};

}  // namespace

std::unique_ptr<throttle> make_memory_throttle(const wall_clock& clock, std::size_t counts_max) {
    return std::make_unique<memory_throttle>(clock, counts_max);
}

}  // namespace market::user
