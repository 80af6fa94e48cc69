#pragma once
/// JSON as API.md 2 wants it: what Boost.JSON lets pass is refused.
#include <market/base/error.hpp>

#include <boost/json/value.hpp>

#include <string_view>

namespace market::http {

inline constexpr std::size_t json_depth_max = 32;

/// Integers beyond 64 bits become the greatest std::uint64_t, out of every range of the contract;
/// numbers with a fraction or an exponent are doubles.
/// Errors: malformed_body (syntax, UTF-8, depth; a repeated member with its pointer).
result<boost::json::value> parse_strict_json(std::string_view text);

}  // namespace market::http
