#pragma once
#include "dispatch/route.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <span>
#include <string>

namespace market::http {

/// What a request's head alone decides: all checks of the contract up to the content type.
struct opening {
    std::string request_id;
    match where{};
    user::principal who{};
    std::optional<reply> settled{};  ///< the answer; the body does not matter any more
};

/// From a request to its reply, through the checks in the order of API.md 2. Thread-safe.
class dispatcher {
public:
    /// Both must outlive it.
    dispatcher(const world& shop, std::span<const route> routes) : shop_(shop), routes_(routes) {}

    opening open(const request& sent) const;
    /// `sent` is whole and outlives the call.
    asio::awaitable<reply> answer(opening opened, const request& sent) const;

private:
    std::optional<failure> check(const request& sent, opening& into) const;
    result<boost::json::value> read_trusted_body(const route& to, const request& sent) const;
    /// The route's handler on the body, whatever that is; an exception is `internal`.
    asio::awaitable<result<reply>> run(const opening& opened, const request& sent) const;
    /// run(), for what an admin does: between a row of the trail and its outcome.
    asio::awaitable<result<reply>> run_on_trail(const opening& opened, const request& sent) const;

    const world& shop_;
    std::span<const route> routes_;
};

}  // namespace market::http
