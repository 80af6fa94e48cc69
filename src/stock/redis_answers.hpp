#pragma once
/// What the scripts' replies mean. No I/O.
#include <market/redis/client.hpp>
#include <market/stock/gate.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace market::stock::redis_answers {

/// Thrown by all of these for a reply that no script gives.
struct nonsense {};

/// The item of an array.
const redis::reply& at(const redis::reply& from, std::size_t index);
std::int64_t number(const redis::reply& from, std::size_t index);
instant moment(const redis::reply& from, std::size_t index);

std::string_view chars_of(const std::array<std::byte, 16>& bytes);
std::array<std::byte, 16> bytes_of(std::string_view chars);

/// One of look()'s.
gate_view view(const redis::reply& from);
/// One of dump()'s; absent: empty.
gate_contents contents(const redis::reply& from);
/// Of a hash given flat, by admission number.
std::vector<hold> holds(const redis::reply& from);
std::string held(const hold& one);  ///< as a value of G.holds

}  // namespace market::stock::redis_answers
