#pragma once
#include "input/input_errors.hpp"

#include <optional>
#include <string>
#include <vector>

namespace market::http {

/// The `Idempotency-Key` of a request: 1-255 visible ASCII characters; `"k"` means `k`. Empty when
/// none was sent, or when it is malformed, which is added to the errors.
std::optional<std::string> read_idempotency_key(const std::vector<std::string>& headers,
                                                input_errors& errors);

}  // namespace market::http
