#include "gate/redis_replies.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <unordered_map>

namespace market::stock::redis_replies {
namespace {

constexpr std::string_view tag_field = "tag";

std::int64_t number_in(std::string_view& text) {
    std::int64_t out = 0;
    const auto [last, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc{}) throw malformed{};
    text.remove_prefix(static_cast<std::size_t>(last - text.data()));
    if (text.starts_with(' ')) text.remove_prefix(1);
    return out;
}

hold hold_in(std::string_view key, std::string_view value) {
    if (value.size() < 32) throw malformed{};
    hold out;
    out.key.bytes = bytes_of(key);
    out.attempt.bytes = bytes_of(value.substr(0, 16));
    out.buyer.bytes = bytes_of(value.substr(16, 16));
    value.remove_prefix(32);
    out.seq = number_in(value);
    out.units = number_in(value);
    out.taken_at = from_micros(number_in(value));
    return out;
}

/// Calls `each` with every field and value of a hash, but not with its tag.
template <class Each>
void each_field(const redis::reply& from, Each each) {
    for (std::size_t i = 0; i + 1 < from.items.size(); i += 2) {
        if (from.items[i].text != tag_field) each(from.items[i].text, from.items[i + 1].text);
    }
}

}  // namespace

const redis::reply& at(const redis::reply& from, std::size_t index) {
    if (index >= from.items.size()) throw malformed{};
    return from.items[index];
}

std::int64_t number(const redis::reply& from, std::size_t index) {
    const auto& item = at(from, index);
    if (item.what == redis::reply::kind::integer) return item.integer;
    std::string_view text = item.text;
    const auto out = number_in(text);
    if (!text.empty()) throw malformed{};
    return out;
}

instant moment(const redis::reply& from, std::size_t index) {
    return from_micros(number(from, index));
}

std::string_view chars_of(const std::array<std::byte, 16>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::array<std::byte, 16> bytes_of(std::string_view chars) {
    std::array<std::byte, 16> out{};
    if (chars.size() != out.size()) throw malformed{};
    std::memcpy(out.data(), chars.data(), out.size());
    return out;
}

gate_view view(const redis::reply& from) {
    gate_view out;
    out.now = moment(from, 1);
    if (number(from, 0) == 0) return out;
    out.epoch = number(from, 2);
    out.state = number(from, 3) == 1 ? gate_state::open : gate_state::frozen;
    out.starts_at = moment(from, 4);
    out.ends_at = moment(from, 5);
    out.paused = number(from, 6) == 1;
    out.per_user_limit = number(from, 7);
    out.remaining = number(from, 9);
    out.held = number(from, 10);
    return out;
}

gate_contents contents(const redis::reply& from) {
    gate_contents out;
    const auto& terms = at(from, 0);
    const auto seen = view(terms);
    if (seen.state == gate_state::absent) return out;
    out.epoch = seen.epoch;
    out.starts_at = seen.starts_at;
    out.ends_at = seen.ends_at;
    out.paused = seen.paused;
    out.per_user_limit = seen.per_user_limit;
    out.total = number(terms, 8);
    out.sold = out.total - seen.remaining - seen.held;
    out.last_seq = number(terms, 11);
    std::unordered_map<user_id, std::int64_t> sold_to;
    each_field(at(from, 1), [&](std::string_view buyer, std::string_view units) {
        sold_to[user_id{bytes_of(buyer)}] = number_in(units);
    });
    out.holds = holds(at(from, 2));
    for (const auto& one : out.holds) sold_to[one.buyer] -= one.units;
    for (const auto& [buyer, units] : sold_to)
        if (units != 0) out.buyers.push_back({buyer, units});
    for (const auto& key : at(from, 3).items)
        if (key.text != tag_field) out.done.push_back({bytes_of(key.text)});
    return out;
}

std::vector<hold> holds(const redis::reply& from) {
    std::vector<hold> out;
    each_field(from, [&](std::string_view key, std::string_view value) {
        out.push_back(hold_in(key, value));
    });
    std::ranges::sort(out, {}, &hold::seq);
    return out;
}

std::string hold_value(const hold& one) {
    std::string out{chars_of(one.attempt.bytes)};
    out += chars_of(one.buyer.bytes);
    out += std::to_string(one.seq) + ' ' + std::to_string(one.units) + ' ' +
           std::to_string(to_micros(one.taken_at));
    return out;
}

}  // namespace market::stock::redis_replies
