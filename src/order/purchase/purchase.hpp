#pragma once
/// A purchase on its way from the request to the record.
#include <market/base/crypto.hpp>
#include <market/base/one_shot.hpp>
#include <market/order/order.hpp>
#include <market/order/order_service.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace market::order {

/// One line, and for a sale's line its place at the gate.
struct cart_line {
    std::variant<sale_id, product_id> thing;
    std::int64_t quantity = 1;
    std::int64_t seq = 0;    ///< sale lines: the admission number
    std::int64_t epoch = 0;  ///< sale lines: the gate's epoch of the admission

    const sale_id* sale() const { return std::get_if<sale_id>(&thing); }
    const product_id* product() const { return std::get_if<product_id>(&thing); }
    /// The pool whose units it takes.
    pool_id pool() const { return sale() ? pool_of(*sale()) : pool_of(*product()); }
};

/// What became of a purchase in the record.
struct write_answer {
    enum class verdict {
        placed,     ///< committed with its admissions
        duplicate,  ///< the purchase key has a row, which makes the `reply`; nothing was written
        refused,    ///< rolled back for good: `reply` says why
        stale,      ///< an admission is of another epoch: rolled back, admit anew
        unknown,    ///< may have been committed; the same key gets the answer later
    };
    verdict what = verdict::unknown;
    result<purchase_reply> reply{};  ///< of placed, duplicate and refused
    bool drift = false;              ///< the gate admitted more than the record has left
};

inline write_answer refused(failure why) {
    return {write_answer::verdict::refused, std::move(why)};
}

/// What a buyer wants, and what the gate has given so far.
struct cart {
    purchase_key key;
    bool keyed = false;  ///< the buyer sent an Idempotency-Key
    attempt_id attempt;
    user_id buyer;
    digest256 fingerprint{};
    std::vector<cart_line> lines;
    std::optional<market::address> address;
    bool may_lack_address = false;  ///< neither one of its own nor one in the profile
    std::string traceparent;
    deadline until;
};

/// A cart in the writer's queue. The request shares it and may stop waiting for it.
struct purchase {
    explicit purchase(cart wanted) : what(std::move(wanted)) {}

    const cart what;
    write_answer answer;  ///< written before `answered` is set
    one_shot answered;

    /// From `queued` exactly one side moves on: the writer takes it, or the request gives it up.
    enum class stage { queued, taken, given_up };
    bool move_on(stage next) {
        auto from = stage::queued;
        return progress_.compare_exchange_strong(from, next);
    }
    void settle(write_answer with) {
        answer = std::move(with);
        answered.set();
    }

private:
    std::atomic<stage> progress_{stage::queued};
};
using purchase_ptr = std::shared_ptr<purchase>;

}  // namespace market::order
