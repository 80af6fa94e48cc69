#pragma once
#include "dispatch/route.hpp"

#include <chrono>

namespace market::http {

/// Counts one reply of the TCP listener. `route` is null when none was found.
void count_request(const route* route, int status, std::chrono::duration<double> took);

}  // namespace market::http
