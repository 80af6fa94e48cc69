#pragma once
#include <string>
#include <string_view>

namespace market::http {

/// Extends the JSON pointer `parent` by one member name or array index (RFC 6901).
std::string pointer_to(std::string_view parent, std::string_view member);

}  // namespace market::http
