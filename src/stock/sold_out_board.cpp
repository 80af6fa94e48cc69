#include "sold_out_board.hpp"

#include <algorithm>
#include <utility>

namespace market::stock {
namespace {

using namespace std::chrono_literals;

constexpr auto word_lasts = 100ms;
constexpr auto word_is_renewed_after = 50ms;
constexpr auto renewals_apart = 20ms;
constexpr auto lists_apart = 1s;
constexpr std::size_t sales_max = 100;  ///< sold out at one time; more are asked the full way

}  // namespace

bool sold_out_board::entry::has(const name& one) const {
    return std::ranges::binary_search(list, one);
}

std::optional<sold_out> sold_out_board::refusal(const admission_request& wanted, deadline now) {
    const std::lock_guard lock(guard_);
    const auto found = sales_.find(wanted.sale);
    if (found == sales_.end()) return {};
    auto& here = found->second;
    const auto age = now - here.asked;
    if (age >= word_lasts || !here.is_complete()) return {};
    if (wanted.units > here.word.per_user_limit) return {};
    if (here.word.now + std::chrono::ceil<std::chrono::microseconds>(age) >= here.word.ends_at)
        return {};
    if (here.has(wanted.buyer.bytes) || here.has(wanted.key.bytes)) return {};
    if (age >= word_is_renewed_after && now - here.renewed >= renewals_apart) {
        here.renewed = now;
        return {};
    }
    return sold_out{0};
}

bool sold_out_board::put_word(const sale_id& sale, sold_out_word word, deadline asked) {
    const std::lock_guard lock(guard_);
    if (sales_.size() >= sales_max && !sales_.contains(sale)) {
        drop_old(asked);
        if (sales_.size() >= sales_max) return false;
    }
    auto& here = sales_[sale];
    if (asked < here.asked) return false;  // words may come in another order than they were asked
    here.word = std::move(word);
    here.asked = asked;
    if (here.is_complete()) return false;
    if (here.list_wanted != deadline{} && asked - here.list_wanted < lists_apart) return false;
    here.list_wanted = asked;
    return true;
}

void sold_out_board::put_list(const sale_id& sale, const std::string& tag, std::int64_t version,
                              std::vector<name> list) {
    std::ranges::sort(list);
    const std::lock_guard lock(guard_);
    auto& here = sales_[sale];
    here.list_tag = tag;
    here.list_version = version;
    here.list.swap(list);
}

void sold_out_board::drop_old(deadline now) {
    std::erase_if(sales_, [now](const auto& one) { return now - one.second.asked >= lists_apart; });
}

}  // namespace market::stock
