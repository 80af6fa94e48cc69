#pragma once
/// JSON by the rules of API.md 2. Boost.JSON alone would take the last of repeated members and turn
/// 1e400 into infinity.
#include <market/base/error.hpp>

#include <boost/json/value.hpp>

#include <string_view>

namespace market::http {

inline constexpr std::size_t json_depth_max = 32;

/// An integer beyond 64 bits becomes the greatest std::uint64_t, which is out of every range of the
/// contract. A number with a fraction or an exponent becomes a double.
/// Errors: malformed_body (syntax, UTF-8, depth; a repeated member with its pointer).
result<boost::json::value> parse_strict_json(std::string_view text);

}  // namespace market::http
