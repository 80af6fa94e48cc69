#include "dispatch/dispatcher.hpp"

#include "dispatch/cors.hpp"
#include "dispatch/trace.hpp"
#include "input/media_type.hpp"
#include "input/provider_signature.hpp"
#include "input/strict_json.hpp"
#include "message/problem.hpp"

#include <market/base/kill_point.hpp>
#include <market/base/log.hpp>
#include <market/http/network.hpp>

#include <exception>

namespace market::http {
namespace {

/// The token after `Bearer ` in any case; empty when the header is anything else.
std::string_view bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";
    if (authorization.size() <= scheme.size()) return {};
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        const char c = authorization[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != scheme[i]) return {};
    }
    return authorization.substr(scheme.size());
}

bool is_accepted_body(const route& route, const request& request) {
    if (route.body == body_kind::none && !request.has_body) return true;
    if (!request.content_encoding.empty() && request.content_encoding != "identity") return false;
    if (is_json(request.content_type)) return true;
    return route.body == body_kind::json_or_form && is_form(request.content_type);
}

failure wrong_media_type() {
    return {errc::unsupported_media_type, "the body must be application/json in UTF-8"};
}

/// A missing body, on a route that needs none, is an empty object.
result<boost::json::value> parse_body(const route& route, const request& request) {
    if (route.body == body_kind::none && request.body.empty())
        return boost::json::value(boost::json::object());
    if (route.body == body_kind::json_or_form && is_form(request.content_type))
        return parse_form(request.body);
    return parse_strict_json(request.body);
}

}  // namespace

std::optional<failure> dispatcher::find_refusal(const request& request, checked_head& head) const {
    if (!is_known_method(request.method))
        return failure{errc::method_unknown, "the server does not know this method"};
    head.match = find_route(routes_, request.method, request.path);
    if (!head.match.route && head.match.allowed_methods.empty())
        return failure{errc::not_found, "there is nothing at this path"};
    if (!head.match.route)
        return failure{errc::method_not_allowed, "the path has other methods: see Allow"};
    const auto& route = *head.match.route;
    if (route.caller == access::user || route.caller == access::admin) {
        const auto token = bearer_token(request.authorization);
        const auto principal = context_.services.users.authenticate(token);
        if (!principal) return principal.error();
        head.principal = *principal;
        if (route.caller == access::admin && !principal->is_admin())
            return failure{errc::forbidden, "only an admin may do this"};
    }
    // A provider proves who it is by its body, which has not arrived yet.
    if (route.caller != access::provider && !is_accepted_body(route, request))
        return wrong_media_type();
    return std::nullopt;
}

checked_head dispatcher::check_head(const request& request) const {
    checked_head head{accept_request_id(request.request_id)};
    const auto refusal = find_refusal(request, head);
    if (!refusal) return head;
    const bool has_other_methods = refusal->code == errc::method_not_allowed;
    auto answer = has_other_methods && request.method == "OPTIONS"
                      ? reply{204}
                      : problem_reply(*refusal, head.request_id);
    if (has_other_methods) answer.headers.emplace_back("Allow", head.match.allowed_methods);
    add_cors(answer, request.origin, context_.settings.cors_origins, head.match.allowed_methods);
    head.early_reply = std::move(answer);
    return head;
}

result<boost::json::value> dispatcher::read_trusted_body(const route& route,
                                                         const request& request) const {
    if (route.caller == access::provider) {
        auto checked = check_signature(request.market_signatures, request.body,
                                       context_.settings.webhook_secret, system_clock().now());
        if (!checked) return checked.error();
        if (!is_accepted_body(route, request)) return wrong_media_type();
    }
    return parse_body(route, request);
}

awaitable_reply dispatcher::run_handler(const checked_head& head, const request& request) const {
    const auto& route = *head.match.route;
    result<reply> outcome = failure{errc::internal, "an unexpected error; it was logged"};
    try {
        auto body = read_trusted_body(route, request);
        if (body) {
            api_call call{context_, request, head.match.argument, head.principal, *std::move(body)};
            if (route.body == body_kind::none) object_reader(call.body, "", call.errors).finish();
            outcome = co_await route.handler(std::move(call));
        } else {
            outcome = body.error();
        }
    } catch (const std::exception&) {
        // Its text may hold values of the request, so only the route is logged.
        log::error("http.handler_failed",
                   {{"route", std::string(route.pattern)}, {"request_id", head.request_id}});
    }
    co_return outcome;
}

awaitable_reply dispatcher::run_admin_action(const checked_head& head,
                                             const request& request) const {
    auto action = request.method + ' ' + request.path;
    auto client = client_of(request.peer, request.forwarded_for, context_.settings.trusted_proxies);
    // An action that cannot be recorded does not run.
    const auto record = co_await context_.services.users.begin_admin_action(
        head.principal, std::move(action), std::move(client));
    if (!record) co_return record.error();
    kill_point("before_admin_action");
    auto outcome = co_await run_handler(head, request);
    kill_point("after_admin_action");
    const auto refusal = outcome ? std::nullopt : std::optional{outcome.error().code};
    co_await context_.services.users.end_admin_action(*record, refusal);
    co_return outcome;
}

asio::awaitable<reply> dispatcher::answer(checked_head head, const request& request) const {
    if (head.early_reply) co_return *std::move(head.early_reply);
    result<reply> outcome = failure{errc::internal, ""};
    if (head.principal.is_admin() && request.method != "GET" && request.method != "HEAD")
        outcome = co_await run_admin_action(head, request);
    else
        outcome = co_await run_handler(head, request);
    reply answer = outcome ? *std::move(outcome) : problem_reply(outcome.error(), head.request_id);
    add_cors(answer, request.origin, context_.settings.cors_origins, head.match.allowed_methods);
    co_return answer;
}

}  // namespace market::http
