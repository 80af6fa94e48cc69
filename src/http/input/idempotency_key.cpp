#include "input/idempotency_key.hpp"

#include <algorithm>
#include <string_view>

namespace market::http {

std::optional<std::string> read_idempotency_key(const std::vector<std::string>& headers,
                                                input_errors& errors) {
    if (headers.empty()) return std::nullopt;
    const auto fault = [&](const char* code, const char* detail) {
        errors.add(culprit::place::header, "Idempotency-Key", code, detail);
        return std::nullopt;
    };
    if (headers.size() > 1) return fault("duplicate", "is sent more than once");
    std::string_view key = headers.front();
    if (key.size() >= 2 && key.starts_with('"') && key.ends_with('"'))
        key = key.substr(1, key.size() - 2);
    if (key.empty() || key.size() > 255) return fault("length", "must have 1 to 255 characters");
    if (!std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; })) {
        return fault("format", "must be visible ASCII");
    }
    return std::string(key);
}

}  // namespace market::http
