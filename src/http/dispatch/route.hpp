#pragma once
#include "dispatch/server_context.hpp"
#include "input/input_errors.hpp"
#include "message/reply.hpp"
#include "message/request.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace market::http {

namespace asio = boost::asio;

/// One request that passed every check before its members. `shop` and `sent` outlive the handler.
struct call {
    const world& shop;
    const request& sent;
    std::string argument{};     ///< what stands for `{...}` in the pattern, decoded
    user::principal who{};      ///< set when a user or an admin has to call
    boost::json::value body{};  ///< set when the route carries one
    findings found{};           ///< what is wrong so far

    /// A malformed id names nothing, so the caller answers its "not found".
    template <class Id>
    std::optional<Id> id() const {
        return parse_id<Id>(argument);
    }
    void takes_no_parameters();
    /// The address that asks.
    std::string client() const;
};

using handler = asio::awaitable<result<reply>> (*)(call);

enum class access {
    anonymous,
    user,
    admin,
    provider,  ///< of payments: signs its bodies
};
enum class payload {
    none,  ///< a body, if any, is `{}`
    json,
    json_or_form,  ///< a form's fields become an object of strings
};

struct route {
    std::string_view method;
    std::string_view pattern;  ///< one segment may be `{name}`
    access who;
    payload carries;
    handler run;
    /// How much of the pattern stands before its variable.
    std::size_t literal = std::min(pattern.find('{'), pattern.size());
};

/// The contract: every route of the TCP listener.
std::span<const route> public_routes();
/// Those of the Unix socket, whose file mode says who may ask.
std::span<const route> control_routes();

struct match {
    const route* to = nullptr;  ///< null: see `allowed`
    std::string argument{};
    std::string allowed{};  ///< the methods of the path, for `Allow`; empty: no such path
};
/// `path` is percent-encoded. HEAD finds GET; OPTIONS finds nothing, only what is allowed.
match find_route(std::span<const route> routes, std::string_view method, std::string_view path);

/// Is this a method that some route could have? Case counts.
bool is_known_method(std::string_view method);

}  // namespace market::http
