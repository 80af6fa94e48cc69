#pragma once
#include <string>
#include <string_view>

namespace market::http {

/// Appends `text` as a JSON string, quotes included.
void append_quoted(std::string& out, std::string_view text);

/// RFC 6901: `parent` and one more reference token.
std::string pointer_to(std::string_view parent, std::string_view member);

}  // namespace market::http
