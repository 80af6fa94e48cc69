#pragma once
/// Conditional requests (RFC 9110 section 13).
#include "input/input_errors.hpp"
#include "message/request.hpp"

#include <market/catalog/catalog_service.hpp>

namespace market::http {

/// The versions that If-Match names. Empty when it was not sent, is `*`, or is malformed, which is
/// added to the errors. A tag that is weak, or that this server never made, matches no version.
catalog::version_condition read_if_match(const request& request, input_errors& errors);

/// Does If-None-Match name the tag, or `*`? A malformed header names nothing.
bool client_has(const request& request, std::string_view etag);

}  // namespace market::http
