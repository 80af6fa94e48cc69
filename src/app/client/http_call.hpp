#pragma once
/// One small HTTP request from a plain thread: for `health` and for the control socket.
#include <market/base/error.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace market::app {

struct http_origin {
    std::string host;
    std::uint16_t port = 80;
};
/// `http://host[:port]`, with or without a final slash; anything else is empty.
std::optional<http_origin> parse_origin(std::string_view url);

/// Where a request goes: a TCP host and port, or a Unix socket.
struct http_place {
    http_origin origin;
    std::string socket_path;  ///< not empty: this instead of the origin
};

struct http_answer {
    int status = 0;
    std::string body;
};

/// The whole exchange takes at most `patience`; the answer at most 256 MiB.
/// Errors: not_found (nobody listens there), internal with a sentence.
result<http_answer> http_call(const http_place& place, std::string_view method,
                              std::string_view target, std::chrono::milliseconds patience);

}  // namespace market::app
