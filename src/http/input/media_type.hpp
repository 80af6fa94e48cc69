#pragma once
#include <market/base/error.hpp>

#include <boost/json/value.hpp>

#include <string_view>

namespace market::http {

/// `application/json`, with no parameter other than `charset=utf-8`.
bool is_json(std::string_view content_type);
/// `application/x-www-form-urlencoded`, as HTML forms send it.
bool is_form(std::string_view content_type);

/// The fields as an object of strings. Errors: malformed_body (a repeated field, bad UTF-8).
result<boost::json::value> parse_form(std::string_view body);

}  // namespace market::http
