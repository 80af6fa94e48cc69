#pragma once
/// One sale at the memory gate: who got in, who still waits for an order, what is left.
///
/// A state machine without lock or clock. It is open or frozen; an absent gate has no object.
#include <market/stock/gate.hpp>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <functional>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace market::stock {

class gated_sale {
public:
    /// Errors: internal when the numbers do not add up.
    static result<gated_sale> from(const gate_contents& contents);

    std::int64_t epoch() const { return epoch_; }
    void freeze() { open_ = false; }

    /// A call that fails or throws changes nothing. Constant time.
    result<admit_answer> admit(const admission_request& wanted, instant now);
    void confirm(const hold_ref& admission);
    void cancel(const hold_ref& admission);
    result<credit_answer> give_back(const credit& returned);

    gate_view view(instant now) const;
    std::vector<hold> holds_until(instant until) const;  ///< in no order
    gate_contents contents() const;                      ///< holds in no order

private:
    using wrong_number = std::optional<std::string_view>;  ///< empty: none; else which, in words
    wrong_number take_terms(const gate_contents& contents);
    wrong_number take_sold(const gate_contents& contents);
    wrong_number take_holds(const gate_contents& contents);

    std::optional<admit_answer> refusal(const admission_request& wanted, instant now) const;
    std::int64_t taken_by(const user_id& buyer) const;
    const hold* find(const hold_ref& admission) const;

    bool open_ = true;
    std::int64_t epoch_ = 0;
    instant starts_at_, ends_at_;
    bool paused_ = false;
    std::int64_t per_user_limit_ = 1;
    std::int64_t total_ = 0;
    std::int64_t remaining_ = 0;  ///< total - sold - held
    std::int64_t held_ = 0;
    std::int64_t last_seq_ = 0;
    /// Flat tables: they hold an entry for each of a crowd, and find one with one memory access.
    template <class Key, class Value>
    using table = boost::unordered_flat_map<Key, Value, std::hash<Key>>;
    /// Sold and held units together: when a credit overtakes the confirm of its order, the sum is
    /// right all the same.
    table<user_id, std::int64_t> taken_;
    table<purchase_key, hold> holds_;
    boost::unordered_flat_set<purchase_key, std::hash<purchase_key>> done_;
    std::unordered_set<credit_id> credits_;
};

}  // namespace market::stock
