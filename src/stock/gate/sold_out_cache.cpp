#include "gate/sold_out_cache.hpp"

#include <algorithm>
#include <utility>

namespace market::stock {
namespace {

using namespace std::chrono_literals;

constexpr auto answer_lasts = 100ms;
constexpr auto renewal_starts_at = 50ms;
constexpr auto renewals_apart = 20ms;
constexpr auto id_lists_apart = 1s;
constexpr std::size_t sales_max = 100;  ///< for more sold-out sales the gate is asked

}  // namespace

bool sold_out_cache::entry::knows(const id_bytes& one) const {
    return std::ranges::binary_search(ids, one);
}

std::optional<sold_out> sold_out_cache::refusal(const admission_request& wanted, deadline now) {
    const std::lock_guard lock(guard_);
    const auto found = entries_.find(wanted.sale);
    if (found == entries_.end()) return {};
    auto& here = found->second;
    const auto age = now - here.asked_at;
    if (age >= answer_lasts || !here.is_complete()) return {};
    if (wanted.units > here.answer.per_user_limit) return {};
    const auto gate_now = here.answer.now + std::chrono::ceil<std::chrono::microseconds>(age);
    if (gate_now >= here.answer.ends_at) return {};
    if (here.knows(wanted.buyer.bytes) || here.knows(wanted.key.bytes)) return {};
    if (age >= renewal_starts_at && now - here.renewed_at >= renewals_apart) {
        here.renewed_at = now;
        return {};
    }
    return sold_out{0};
}

bool sold_out_cache::put_answer(const sale_id& sale, sold_out_answer answer, deadline asked_at) {
    const std::lock_guard lock(guard_);
    if (entries_.size() >= sales_max && !entries_.contains(sale)) {
        drop_old(asked_at);
        if (entries_.size() >= sales_max) return false;
    }
    auto& here = entries_[sale];
    if (asked_at < here.asked_at) return false;  // an older answer that came late
    here.answer = std::move(answer);
    here.asked_at = asked_at;
    if (here.is_complete()) return false;
    if (here.ids_wanted_at != deadline{} && asked_at - here.ids_wanted_at < id_lists_apart)
        return false;
    here.ids_wanted_at = asked_at;
    return true;
}

void sold_out_cache::put_known_ids(const sale_id& sale, const std::string& tag,
                                   std::int64_t version, std::vector<id_bytes> ids) {
    std::ranges::sort(ids);
    const std::lock_guard lock(guard_);
    auto& here = entries_[sale];
    here.ids_tag = tag;
    here.ids_version = version;
    here.ids.swap(ids);
}

void sold_out_cache::drop_old(deadline now) {
    std::erase_if(entries_,
                  [now](const auto& one) { return now - one.second.asked_at >= id_lists_apart; });
}

}  // namespace market::stock
