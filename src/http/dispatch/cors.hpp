#pragma once
#include "message/reply.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace market::http {

/// Lets pages of the configured origins read the reply. Without configured origins it does nothing.
/// `origin` is the request's. `allowed_methods` is set for the reply to OPTIONS, which also answers
/// a CORS preflight.
void add_cors(reply& answer, const std::string& origin, const std::vector<std::string>& configured,
              const std::string& allowed_methods);

}  // namespace market::http
