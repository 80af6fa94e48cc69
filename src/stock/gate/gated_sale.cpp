#include "gate/gated_sale.hpp"

#include <market/base/limits.hpp>

#include <algorithm>
#include <string>

namespace market::stock {

result<gated_sale> gated_sale::from(const gate_contents& contents) {
    gated_sale out;
    auto wrong = out.take_terms(contents);
    if (!wrong) wrong = out.take_sold(contents);
    if (!wrong) wrong = out.take_holds(contents);
    if (wrong) return failure{errc::internal, "a gate cannot be loaded: " + std::string{*wrong}};
    return out;
}

gated_sale::wrong_number gated_sale::take_terms(const gate_contents& contents) {
    if (contents.epoch < 1) return "the epoch is not positive";
    if (contents.per_user_limit < 1) return "the limit of a buyer is not positive";
    if (contents.last_seq < 0) return "the admission number is negative";
    epoch_ = contents.epoch;
    starts_at_ = contents.starts_at;
    ends_at_ = contents.ends_at;
    paused_ = contents.paused;
    per_user_limit_ = contents.per_user_limit;
    last_seq_ = contents.last_seq;
    return {};
}

gated_sale::wrong_number gated_sale::take_sold(const gate_contents& contents) {
    if (contents.sold < 0) return "the sold units are negative";
    if (contents.sold > contents.total) return "more units are sold than there are";
    total_ = contents.total;
    remaining_ = contents.total - contents.sold;
    for (const auto& [buyer, units] : contents.buyers) {
        if (units < 0 || units > contents.sold) return "a buyer's units are out of range";
        if (!taken_.emplace(buyer, units).second) return "a buyer is there twice";
    }
    done_.insert(contents.done.begin(), contents.done.end());
    return {};
}

gated_sale::wrong_number gated_sale::take_holds(const gate_contents& contents) {
    std::unordered_set<std::int64_t> numbers;
    for (const auto& carried : contents.holds) {
        if (carried.units < 1) return "a hold is of no units";
        if (carried.units > remaining_) return "more units are sold and held than there are";
        if (carried.seq < 1) return "a hold's admission number is not positive";
        if (!numbers.insert(carried.seq).second) return "two holds have one admission number";
        if (done_.contains(carried.key)) return "a hold's order exists";
        if (!holds_.emplace(carried.key, carried).second) return "a hold is there twice";
        taken_[carried.buyer] += carried.units;
        remaining_ -= carried.units;
        held_ += carried.units;
        last_seq_ = std::max(last_seq_, carried.seq);
    }
    return {};
}

result<admit_answer> gated_sale::admit(const admission_request& wanted, instant now) {
    if (!open_) return admit_answer{stale{}};
    if (wanted.units < 1 || wanted.units > line_quantity_max)
        return failure{errc::internal,
                       "an admission request of units out of range came to the gate"};
    if (done_.contains(wanted.key)) return admit_answer{known{true}};
    if (auto found = holds_.find(wanted.key); found != holds_.end()) {
        const auto& held = found->second;
        if (held.attempt != wanted.attempt) return admit_answer{known{false}};
        if (held.buyer != wanted.buyer || held.units != wanted.units)
            return failure{errc::internal, "an attempt came back to the gate as another request"};
        return admit_answer{admitted{held.seq, epoch_}};
    }
    if (auto refused = refusal(wanted, now)) return *refused;

    auto& taken = taken_[wanted.buyer];
    holds_.emplace(wanted.key, hold{wanted.key, wanted.attempt, wanted.buyer, last_seq_ + 1,
                                    wanted.units, now});
    taken += wanted.units;
    remaining_ -= wanted.units;
    held_ += wanted.units;
    return admit_answer{admitted{++last_seq_, epoch_}};
}

// Most requests of a flash sale are refused. A refusal inserts nothing: a crowd costs no memory.
std::optional<admit_answer> gated_sale::refusal(const admission_request& wanted,
                                                instant now) const {
    if (now < starts_at_) return not_open{starts_at_};
    if (now >= ends_at_) return ended{};
    if (paused_) return paused{};
    auto allowed = std::max<std::int64_t>(0, per_user_limit_ - taken_by(wanted.buyer));
    if (wanted.units > allowed) return purchase_limit{per_user_limit_, allowed};
    if (wanted.units > remaining_) return sold_out{remaining_};
    return {};
}

std::int64_t gated_sale::taken_by(const user_id& buyer) const {
    auto found = taken_.find(buyer);
    return found == taken_.end() ? 0 : found->second;
}

const hold* gated_sale::find(const hold_ref& admission) const {
    if (admission.epoch != epoch_) return nullptr;
    auto found = holds_.find(admission.key);
    if (found == holds_.end() || found->second.seq != admission.seq) return nullptr;
    return &found->second;
}

void gated_sale::confirm(const hold_ref& admission) {
    const auto* found = find(admission);
    if (!found) return;
    done_.insert(admission.key);
    held_ -= found->units;
    holds_.erase(admission.key);
}

void gated_sale::cancel(const hold_ref& admission) {
    const auto* found = find(admission);
    if (!found) return;
    taken_.at(found->buyer) -= found->units;
    remaining_ += found->units;
    held_ -= found->units;
    holds_.erase(admission.key);
}

result<credit_answer> gated_sale::give_back(const credit& returned) {
    if (!open_ || epoch_ < returned.epoch) return credit_answer::deferred;
    if (epoch_ > returned.epoch) return credit_answer::obsolete;
    if (credits_.contains(returned.id)) return credit_answer::applied;
    if (returned.units < 1 || returned.units > taken_by(returned.buyer) ||
        returned.units > total_ - remaining_)
        return failure{errc::internal, "more units came back to the gate than it gave"};
    credits_.insert(returned.id);
    taken_.at(returned.buyer) -= returned.units;
    remaining_ += returned.units;
    return credit_answer::applied;
}

gate_view gated_sale::view(instant now) const {
    gate_view out;
    out.state = open_ ? gate_state::open : gate_state::frozen;
    out.epoch = epoch_;
    out.now = now;
    out.remaining = remaining_;
    out.held = held_;
    out.starts_at = starts_at_;
    out.ends_at = ends_at_;
    out.paused = paused_;
    out.per_user_limit = per_user_limit_;
    return out;
}

std::vector<hold> gated_sale::holds_until(instant until) const {
    std::vector<hold> out;
    for (const auto& [key, held] : holds_)
        if (held.taken_at <= until) out.push_back(held);
    return out;
}

gate_contents gated_sale::contents() const {
    gate_contents out;
    out.epoch = epoch_;
    out.starts_at = starts_at_;
    out.ends_at = ends_at_;
    out.paused = paused_;
    out.per_user_limit = per_user_limit_;
    out.total = total_;
    out.sold = total_ - remaining_ - held_;
    out.last_seq = last_seq_;
    out.done.assign(done_.begin(), done_.end());
    auto sold_to = taken_;
    out.holds.reserve(holds_.size());
    for (const auto& [key, held] : holds_) {
        out.holds.push_back(held);
        sold_to.at(held.buyer) -= held.units;
    }
    for (const auto& [buyer, units] : sold_to)
        if (units != 0) out.buyers.push_back({buyer, units});
    return out;
}

}  // namespace market::stock
