#include "dispatch/dispatcher.hpp"

#include "dispatch/cors.hpp"
#include "dispatch/trace.hpp"
#include "input/media_type.hpp"
#include "input/object_reader.hpp"
#include "input/provider_signature.hpp"
#include "input/strict_json.hpp"
#include "message/problem.hpp"

#include <market/base/kill_point.hpp>
#include <market/base/log.hpp>

#include <exception>

namespace market::http {
namespace {

/// `Bearer` in any case, one space, the token; empty: something else.
std::string_view bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";
    if (authorization.size() <= scheme.size()) return {};
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        const char c = authorization[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != scheme[i]) return {};
    }
    return authorization.substr(scheme.size());
}

bool takes_body_of(const route& to, const request& sent) {
    if (to.carries == payload::none && !sent.has_body) return true;
    if (!sent.content_encoding.empty() && sent.content_encoding != "identity") return false;
    if (is_json(sent.content_type)) return true;
    return to.carries == payload::json_or_form && is_form(sent.content_type);
}

failure wrong_media_type() {
    return {errc::unsupported_media_type, "the body has to be application/json in UTF-8"};
}

/// The body as a value; an absent one on a route that needs none is an empty object.
result<boost::json::value> read_body(const route& to, const request& sent) {
    if (to.carries == payload::none && sent.body.empty())
        return boost::json::value(boost::json::object());
    if (to.carries == payload::json_or_form && is_form(sent.content_type))
        return parse_form(sent.body);
    return parse_strict_json(sent.body);
}

reply finished(reply answer, const opening& opened, const request& sent, const world& shop) {
    add_cors(answer, sent.origin, shop.chosen.cors_origins, opened.where.allowed);
    return answer;
}

}  // namespace

std::optional<failure> dispatcher::check(const request& sent, opening& into) const {
    if (!is_known_method(sent.method))
        return failure{errc::method_unknown, "the method is not known here"};
    into.where = find_route(routes_, sent.method, sent.path);
    if (!into.where.to && into.where.allowed.empty()) {
        return failure{errc::not_found, "there is nothing at this path"};
    }
    if (!into.where.to)
        return failure{errc::method_not_allowed, "the path has other methods: see Allow"};
    const auto& to = *into.where.to;
    if (to.who == access::user || to.who == access::admin) {
        auto who = shop_.parts.users.authenticate(bearer_token(sent.authorization));
        if (!who) return who.error();
        into.who = *who;
        if (to.who == access::admin && !into.who.is_admin()) {
            return failure{errc::forbidden, "only an admin may do this"};
        }
    }
    // A provider proves itself by its body, which has not come yet.
    if (to.who != access::provider && !takes_body_of(to, sent)) return wrong_media_type();
    return std::nullopt;
}

opening dispatcher::open(const request& sent) const {
    opening out{accept_request_id(sent.request_id)};
    auto refused = check(sent, out);
    if (!refused) return out;
    const bool asks_options = refused->code == errc::method_not_allowed && sent.method == "OPTIONS";
    out.settled = asks_options ? reply{204} : problem_reply(*refused, out.request_id);
    if (refused->code == errc::method_not_allowed)
        out.settled->headers.emplace_back("Allow", out.where.allowed);
    out.settled = finished(*std::move(out.settled), out, sent, shop_);
    return out;
}

/// A signed body is nobody's until its bytes were checked.
result<boost::json::value> dispatcher::read_trusted_body(const route& to,
                                                         const request& sent) const {
    if (to.who == access::provider) {
        auto checked = check_signature(sent.market_signatures, sent.body,
                                       shop_.chosen.webhook_secret, system_clock().now());
        if (!checked) return checked.error();
        if (!takes_body_of(to, sent)) return wrong_media_type();
    }
    return read_body(to, sent);
}

asio::awaitable<result<reply>> dispatcher::run(const opening& opened, const request& sent) const {
    const auto& to = *opened.where.to;
    result<reply> outcome = failure{errc::internal, "an unexpected error; it was logged"};
    try {
        auto body = read_trusted_body(to, sent);
        if (body) {
            call it{shop_, sent, opened.where.argument, opened.who, *std::move(body)};
            if (to.carries == payload::none) object_reader(it.body, "", it.found).finish();
            outcome = co_await to.run(std::move(it));
        } else {
            outcome = body.error();
        }
    } catch (const std::exception&) {
        // What it says may hold values of the request: the name of the route has to do.
        log::error("http.handler_failed",
                   {{"route", std::string(to.pattern)}, {"request_id", opened.request_id}});
    }
    co_return outcome;
}

/// The row of the trail first: what cannot be written down is not done.
asio::awaitable<result<reply>> dispatcher::run_on_trail(const opening& opened,
                                                        const request& sent) const {
    auto action = sent.method + ' ' + sent.path;
    auto client = client_of(sent.peer, sent.forwarded_for, shop_.chosen.trusted_proxies);
    const auto begun = co_await shop_.parts.users.begin_admin_action(opened.who, std::move(action),
                                                                     std::move(client));
    if (!begun) co_return begun.error();
    kill_point("before_admin_action");
    auto outcome = co_await run(opened, sent);
    kill_point("after_admin_action");
    const auto refused_with = outcome ? std::nullopt : std::optional{outcome.error().code};
    co_await shop_.parts.users.end_admin_action(*begun, refused_with);
    co_return outcome;
}

asio::awaitable<reply> dispatcher::answer(opening opened, const request& sent) const {
    if (opened.settled) co_return *std::move(opened.settled);
    result<reply> outcome = failure{errc::internal, ""};
    if (opened.who.is_admin() && sent.method != "GET" && sent.method != "HEAD")
        outcome = co_await run_on_trail(opened, sent);
    else
        outcome = co_await run(opened, sent);
    reply answer =
        outcome ? *std::move(outcome) : problem_reply(outcome.error(), opened.request_id);
    co_return finished(std::move(answer), opened, sent, shop_);
}

}  // namespace market::http
