#pragma once
#include "dispatch/route.hpp"

#include <optional>
#include <span>
#include <string>

namespace market::http {

/// The outcome of the checks that need a request's head alone.
struct checked_head {
    std::string request_id;
    route_match match{};
    user::principal principal{};
    /// Set: this is the answer, and the body does not matter any more.
    std::optional<reply> early_reply{};
};

/// Turns a request into its reply, with the checks in the order of API.md 2. Thread-safe.
class dispatcher {
public:
    /// Both must outlive the dispatcher.
    dispatcher(const server_context& context, std::span<const route> routes)
        : context_(context), routes_(routes) {}

    /// All checks up to the content type.
    checked_head check_head(const request& request) const;
    /// Reads the body and runs the handler. `request` is complete and outlives the call.
    asio::awaitable<reply> answer(checked_head head, const request& request) const;

private:
    /// Sets match and principal of `head`. Empty: no check failed.
    std::optional<failure> find_refusal(const request& request, checked_head& head) const;
    /// The body of a provider is read only after its signature was checked.
    result<boost::json::value> read_trusted_body(const route& route, const request& request) const;
    /// An exception of the handler becomes `internal`.
    awaitable_reply run_handler(const checked_head& head, const request& request) const;
    /// Records what an admin does: a row of the trail before it, the outcome after it.
    awaitable_reply run_admin_action(const checked_head& head, const request& request) const;

    const server_context& context_;
    std::span<const route> routes_;
};

}  // namespace market::http
