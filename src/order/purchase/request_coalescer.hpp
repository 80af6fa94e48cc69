#pragma once
#include "purchase/purchase.hpp"

#include <memory>
#include <mutex>
#include <unordered_map>

namespace market::order {

/// Requests of this process with one purchase key: the first leads and buys, the others follow and
/// wait for its outcome. Thread-safe.
class request_coalescer {
public:
    struct group {
        explicit group(const digest256& body) : fingerprint(body) {}
        const digest256 fingerprint;       ///< the leader's
        result<purchase_reply> outcome{};  ///< written before `finished` is set
        one_shot finished;
    };
    struct membership {
        std::shared_ptr<request_coalescer::group> group;
        bool leads = false;  ///< the caller has to `finish`, whatever happens
    };

    membership join(const purchase_key& key, const digest256& fingerprint) {
        std::lock_guard lock{mutex_};
        auto& found = groups_[key];
        if (found) return {found, false};
        found = std::make_shared<group>(fingerprint);
        return {found, true};
    }

    void finish(const purchase_key& key, const membership& leader,
                const result<purchase_reply>& outcome) {
        {
            std::lock_guard lock{mutex_};
            groups_.erase(key);
            // Nobody follows, nor can from here on.
            if (leader.group.use_count() == 1) return;
        }
        leader.group->outcome = outcome;
        leader.group->finished.set();
    }

private:
    std::mutex mutex_;
    std::unordered_map<purchase_key, std::shared_ptr<group>> groups_;
};

}  // namespace market::order
