#pragma once
#include "message/reply.hpp"

#include <string>
#include <string_view>

namespace market::http {

/// For text and quoted attributes.
std::string escape_html(std::string_view text);

/// A page that loads nothing from elsewhere, sits in no frame and tells no one where it came from.
/// `policy` is what its Content-Security-Policy allows on top of inline style.
reply html_reply(std::string body, std::string_view policy = "");

}  // namespace market::http
