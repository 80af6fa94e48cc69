#pragma once
#include "dispatch/server_context.hpp"
#include "input/input_errors.hpp"
#include "input/object_reader.hpp"
#include "input/query_reader.hpp"
#include "message/reply.hpp"
#include "message/request.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace market::http {

namespace asio = boost::asio;

using awaitable_reply = asio::awaitable<result<reply>>;

inline failure not_found(order_id) { return order::no_such_order(); }
inline failure not_found(product_id) {
    return {errc::product_not_found, "there is no such product"};
}
inline failure not_found(sale_id) { return {errc::sale_not_found, "there is no such sale"}; }

/// What a handler is given: one request that has passed every check before its members.
/// `context` and `request` outlive the handler.
struct api_call {
    const server_context& context;
    const http::request& request;
    std::string argument{};       ///< the path segment that matched `{...}`, decoded
    user::principal principal{};  ///< set on routes for users and admins
    boost::json::value body{};    ///< an empty object when the request has none
    input_errors errors{};        ///< what the readers below have found wrong so far

    /// The id in the path. Call it after all members and parameters have been read: their faults
    /// are answered first. A malformed id names nothing.
    /// Errors: validation_failed; the not_found of the thing.
    template <class Id>
    result<Id> id() const {
        if (auto refusal = errors.refusal()) return *std::move(refusal);
        if (const auto id = parse_id<Id>(argument)) return *id;
        return not_found(Id{});
    }
    /// Every query parameter is a fault.
    void takes_no_parameters();
    /// For a call that takes query parameters.
    query_reader read_query();
    /// For a call that takes a body and no query parameters.
    object_reader read_body();
    /// The address that throttles count and the trail records.
    std::string client() const;
};

}  // namespace market::http
