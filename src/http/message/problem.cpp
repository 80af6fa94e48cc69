#include "message/problem.hpp"

#include <market/base/json_text.hpp>

namespace market::http {
namespace {

std::string_view name_of(culprit::place where) {
    switch (where) {
        case culprit::place::pointer: return "pointer";
        case culprit::place::parameter: return "parameter";
        case culprit::place::header: return "header";
    }
    return "pointer";
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
}

void append_errors(std::string& out, const std::vector<culprit>& culprits) {
    out += ",\"errors\":[";
    for (const auto& one : culprits) {
        if (&one != &culprits.front()) out += ',';
        out += '{';
        append_member(out, name_of(one.where), one.at);
        out += ',';
        append_member(out, "code", one.code);
        out += ',';
        append_member(out, "detail", one.detail);
        out += '}';
    }
    out += ']';
}

std::string document(const failure& refused, const problem_kind& kind,
                     std::string_view request_id) {
    const auto code = to_string(refused.code);
    std::string out = "{";
    append_member(out, "type", std::string("/problems/").append(code));
    out += ',';
    append_member(out, "title", kind.title);
    out.append(",\"status\":").append(std::to_string(kind.status)).append(",");
    append_member(out, "detail", refused.detail);
    out += ',';
    append_member(out, "code", code);
    out += ',';
    append_member(out, "request_id", request_id);
    for (const auto& [name, value] : refused.facts) {
        out += ',';
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            append_json_string(out, name);
            out.append(":").append(std::to_string(*number));
        } else {
            append_member(out, name, std::get<std::string>(value));
        }
    }
    if (!refused.culprits.empty()) append_errors(out, refused.culprits);
    out += '}';
    return out;
}

}  // namespace

problem_kind kind_of(errc code) {
    switch (code) {
        case errc::bad_request: return {400, "The request could not be read"};
        case errc::header_too_large: return {431, "The request header is too large"};
        case errc::body_too_large: return {413, "The request body is too large"};
        case errc::method_unknown: return {501, "The server does not know this method"};
        case errc::not_found: return {404, "There is nothing here"};
        case errc::method_not_allowed: return {405, "The path does not allow this method"};
        case errc::unauthenticated: return {401, "A valid access token is needed"};
        case errc::forbidden: return {403, "You may not do this"};
        case errc::unsupported_media_type: return {415, "The body must be application/json"};
        case errc::malformed_body: return {400, "The body is not well-formed JSON"};
        case errc::validation_failed: return {422, "The input is not valid"};
        case errc::rate_limited: return {429, "Too many requests"};
        case errc::email_taken: return {409, "The e-mail address is taken"};
        case errc::code_invalid: return {422, "The code is not valid"};
        case errc::login_failed: return {401, "The e-mail address or the password is wrong"};
        case errc::refresh_invalid: return {401, "The refresh token is not valid"};
        case errc::password_wrong: return {422, "The current password is wrong"};
        case errc::product_not_found: return {404, "There is no such product"};
        case errc::sale_not_found: return {404, "There is no such sale"};
        case errc::stock_conflict: return {409, "There is not enough stock"};
        case errc::sale_state: return {409, "The sale's state does not allow this"};
        case errc::product_on_sale: return {409, "The product is on sale"};
        case errc::precondition_failed: return {412, "The resource was changed meanwhile"};
        case errc::order_not_found: return {404, "There is no such order"};
        case errc::sale_not_open: return {409, "The sale has not opened yet"};
        case errc::sale_paused: return {409, "The sale is paused"};
        case errc::sale_ended: return {409, "The sale has ended"};
        case errc::purchase_limit: return {409, "The purchase limit of the sale is reached"};
        case errc::sold_out: return {409, "The sale is sold out"};
        case errc::out_of_stock: return {409, "The product is out of stock"};
        case errc::order_state: return {409, "The order's state does not allow this"};
        case errc::order_expired: return {409, "The order was not paid in time"};
        case errc::payment_declined: return {402, "The payment was declined"};
        case errc::return_window_closed: return {409, "It is too late to return the order"};
        case errc::idempotency_key_reused: return {422, "The key was used for another request"};
        case errc::idempotency_in_flight:
            return {409, "The request with this key is still running"};
        case errc::attempt_void: return {409, "The purchase with this key was given up"};
        case errc::overloaded: return {503, "The shop is too busy"};
        case errc::gate_unavailable: return {503, "The sale cannot be reached at the moment"};
        case errc::database_unavailable:
            return {503, "The database cannot be reached at the moment"};
        case errc::outcome_unknown: return {503, "The outcome is not known yet"};
        case errc::internal: return {500, "Something went wrong here"};
    }
    return {500, "Something went wrong here"};
}

std::optional<errc> cause_named(std::string_view code) {
    for (int value = 0; value <= static_cast<int>(errc::internal); ++value) {
        if (to_string(static_cast<errc>(value)) == code) return static_cast<errc>(value);
    }
    return std::nullopt;
}

reply problem_reply(const failure& refused, std::string_view request_id) {
    const auto kind = kind_of(refused.code);
    reply answer{kind.status, document(refused, kind, request_id), problem_type};
    if (kind.status == 401) answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    if (kind.status == 429 || kind.status == 503) {
        answer.headers.emplace_back("Retry-After", std::to_string(refused.retry_after.count()));
    }
    answer.headers.emplace_back("Cache-Control", "no-store");
    return answer;
}

}  // namespace market::http
