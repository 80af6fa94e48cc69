#pragma once
#include "message/reply.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace market::http {

/// Lets pages of the configured origins read the reply; with none configured, does nothing.
/// `allowed` is what `Allow` says: set on the answer to OPTIONS, which is then a preflight's too.
void add_cors(reply& answer, const std::string& origin, const std::vector<std::string>& origins,
              const std::string& allowed);

}  // namespace market::http
