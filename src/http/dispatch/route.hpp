#pragma once
#include "dispatch/api_call.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace market::http {

using handler_function = awaitable_reply (*)(api_call);

enum class access {
    anonymous,
    user,
    admin,
    provider,  ///< the payment provider, which signs its bodies
};
enum class body_kind {
    none,  ///< no body, or `{}`
    json,
    json_or_form,  ///< the fields of a form become an object of strings
};

struct route {
    std::string_view method;
    std::string_view pattern;  ///< one segment may be a variable: `{name}`
    access caller;
    body_kind body;
    handler_function handler;
    /// The length of the pattern before its variable.
    std::size_t literal_length = std::min(pattern.find('{'), pattern.size());
};

/// The contract: every route of the TCP listener.
std::span<const route> public_routes();
/// The routes of the Unix socket. Its file mode decides who may call.
std::span<const route> control_routes();

struct route_match {
    const http::route* route = nullptr;  ///< null: see `allowed_methods`
    std::string argument{};              ///< the segment that matched the variable, decoded
    std::string allowed_methods{};       ///< for `Allow`; empty: no route has this path
};
/// `path` is percent-encoded. HEAD finds the route of GET. OPTIONS finds no route, only the
/// methods allowed.
route_match find_route(std::span<const route> routes, std::string_view method,
                       std::string_view path);

/// Does the server know this method, on whatever path? Case counts.
bool is_known_method(std::string_view method);

}  // namespace market::http
