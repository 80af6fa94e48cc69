#pragma once
#include "dispatch/route.hpp"

#include <chrono>

namespace market::http {

/// One reply of the TCP listener; `to` is null when no route was found.
void count_request(const route* to, int status, std::chrono::duration<double> took);

}  // namespace market::http
