#pragma once
/// Reads the replies of the scripts. No I/O.
#include <market/redis/client.hpp>
#include <market/stock/gate.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace market::stock::redis_replies {

/// Thrown by all of these for a reply that no script gives.
struct malformed {};

/// The item of an array.
const redis::reply& at(const redis::reply& from, std::size_t index);
std::int64_t number(const redis::reply& from, std::size_t index);
instant moment(const redis::reply& from, std::size_t index);

std::string_view chars_of(const std::array<std::byte, 16>& bytes);
std::array<std::byte, 16> bytes_of(std::string_view chars);

/// One item of look()'s reply.
gate_view view(const redis::reply& from);
/// The reply of dump(). An absent gate: empty contents.
gate_contents contents(const redis::reply& from);
/// From the fields and values of G.holds, sorted by admission number.
std::vector<hold> holds(const redis::reply& from);
std::string hold_value(const hold& one);  ///< as it stands in G.holds

}  // namespace market::stock::redis_replies
