#pragma once
#include "message/reply.hpp"

#include <string>
#include <string_view>

namespace market::http {

/// Makes text safe as content and in quoted attributes.
std::string escape_html(std::string_view text);

/// A page that loads nothing from other sites and is shown in no frame. `policy` extends its
/// Content-Security-Policy, which allows inline style only.
reply html_reply(std::string body, std::string_view policy = "");

}  // namespace market::http
