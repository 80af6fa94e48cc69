#pragma once
/// How a process of this program ends, and the one line that says why.
#include <string_view>

namespace market::app {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

/// One line `market: sentence` on stderr; exit_failed.
int fail(std::string_view sentence);
/// The same with one line for each sentence, for wrong usage or configuration; exit_usage.
int refuse_usage(std::string_view sentences);

}  // namespace market::app
