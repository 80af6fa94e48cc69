#pragma once
#include <string>
#include <string_view>

namespace market::http {

/// The client's `X-Request-Id` if it is `^[A-Za-z0-9._-]{1,64}$`, else a new one.
std::string accept_request_id(std::string_view sent);

/// The client's `traceparent` if it is well-formed and of version 00 (W3C Trace Context), else a
/// new one.
std::string accept_traceparent(std::string_view sent);

}  // namespace market::http
