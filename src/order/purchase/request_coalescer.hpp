#pragma once
/// Requests of one process with one purchase wish: the first flies, the others wait for it to land.
#include "purchase/purchase.hpp"

#include <memory>
#include <mutex>
#include <unordered_map>

namespace market::order {

struct flight {
    explicit flight(const digest256& body) : fingerprint(body) {}
    const digest256 fingerprint;
    result<purchase_reply> outcome;  ///< written before `landed` is set
    one_shot landed;
};

/// Thread-safe.
class flights {
public:
    struct seat {
        std::shared_ptr<flight> on;
        bool pilot = false;  ///< nobody was under way: the caller flies and must land it
    };

    seat board(const purchase_key& key, const digest256& fingerprint) {
        std::lock_guard lock{mutex_};
        auto& under_way = by_key_[key];
        if (under_way) return {under_way, false};
        under_way = std::make_shared<flight>(fingerprint);
        return {under_way, true};
    }

    void land(const purchase_key& key, const seat& pilots, const result<purchase_reply>& outcome) {
        {
            std::lock_guard lock{mutex_};
            by_key_.erase(key);
            // Nobody else is aboard, nor can be from here on.
            if (pilots.on.use_count() == 1) return;
        }
        pilots.on->outcome = outcome;
        pilots.on->landed.set();
    }

private:
    std::mutex mutex_;
    std::unordered_map<purchase_key, std::shared_ptr<flight>> by_key_;
};

}  // namespace market::order
