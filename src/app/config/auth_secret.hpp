#pragma once
#include <market/base/error.hpp>

#include <string>
#include <string_view>

namespace market::app {

/// 64 hexadecimal digits from the system's generator.
std::string make_secret();

/// Shorter than 32 bytes, or of few different characters.
bool is_weak_secret(std::string_view secret);

/// The secret kept in `path`; made (mode 0600) when there is none. Of two processes that make it
/// at once one wins and both return its secret. Errors: internal naming the path.
result<std::string> keep_secret(const std::string& path);

}  // namespace market::app
