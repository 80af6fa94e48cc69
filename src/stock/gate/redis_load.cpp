#include "gate/redis_load.hpp"

#include "gate/redis_replies.hpp"

#include <algorithm>

namespace market::stock {
namespace {

constexpr std::size_t fields_at_once = 1'000;

std::string chars(const std::array<std::byte, 16>& bytes) {
    return std::string{redis_replies::chars_of(bytes)};
}

std::int64_t last_number(const gate_contents& contents) {
    auto out = contents.last_seq;
    for (const auto& one : contents.holds) out = std::max(out, one.seq);
    return out;
}

}  // namespace

redis_load::redis_load(const std::string& gate_key, const gate_contents& contents,
                       const gate_view& sums)
    : gate_key_(gate_key), epoch_(std::to_string(contents.epoch)) {
    const auto load = to_string(make_random_id<attempt_id>());
    staged_keys_ = {gate_key + ".load." + load + ".taken", gate_key + ".load." + load + ".holds",
                    gate_key + ".load." + load + ".done"};
    auto& [taken, holds, done] = hashes_;

    std::unordered_map<user_id, std::int64_t> taken_by;
    for (const auto& [buyer, units] : contents.buyers) taken_by[buyer] += units;
    for (const auto& one : contents.holds) {
        taken_by[one.buyer] += one.units;
        holds.emplace_back(chars(one.key.bytes), redis_replies::hold_value(one));
    }
    for (const auto& [buyer, units] : taken_by)
        taken.emplace_back(chars(buyer.bytes), std::to_string(units));
    auto keys = contents.done;
    std::ranges::sort(keys);
    const auto twice = std::ranges::unique(keys);
    keys.erase(twice.begin(), twice.end());
    for (const auto& key : keys) done.emplace_back(chars(key.bytes), "1");

    terms_ = {epoch_,
              std::to_string(taken.size()),
              std::to_string(holds.size()),
              std::to_string(done.size()),
              std::to_string(to_micros(contents.starts_at)),
              std::to_string(to_micros(contents.ends_at)),
              contents.paused ? "1" : "0",
              std::to_string(contents.per_user_limit),
              std::to_string(contents.total),
              std::to_string(sums.remaining),
              std::to_string(sums.held),
              std::to_string(last_number(contents))};
}

std::vector<redis_load::part> redis_load::parts() const {
    std::vector<part> out;
    for (std::size_t hash = 0; hash < hashes_.size(); ++hash) {
        const auto& all = hashes_[hash];
        std::size_t from = 0;
        do {  // at least once: a hash without fields still has its tag
            part next{staged_keys_[hash], {epoch_}};
            const auto to = std::min(all.size(), from + fields_at_once);
            for (; from < to; ++from) {
                next.arguments.push_back(all[from].first);
                next.arguments.push_back(all[from].second);
            }
            out.push_back(std::move(next));
        } while (from < all.size());
    }
    return out;
}

std::vector<std::string> redis_load::keys() const {
    return {gate_key_, staged_keys_[0], staged_keys_[1], staged_keys_[2]};
}

std::vector<std::string> redis_load::terms() const { return terms_; }

}  // namespace market::stock
