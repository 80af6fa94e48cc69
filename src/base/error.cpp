#include <market/base/error.hpp>

#include <boost/throw_exception.hpp>

#include <stdexcept>

namespace market {

std::string_view to_string(errc code) {
    switch (code) {
        case errc::bad_request: return "bad_request";
        case errc::header_too_large: return "header_too_large";
        case errc::body_too_large: return "body_too_large";
        case errc::method_unknown: return "method_unknown";
        case errc::not_found: return "not_found";
        case errc::method_not_allowed: return "method_not_allowed";
        case errc::unauthenticated: return "unauthenticated";
        case errc::forbidden: return "forbidden";
        case errc::unsupported_media_type: return "unsupported_media_type";
        case errc::malformed_body: return "malformed_body";
        case errc::validation_failed: return "validation_failed";
        case errc::rate_limited: return "rate_limited";
        case errc::email_taken: return "email_taken";
        case errc::code_invalid: return "code_invalid";
        case errc::login_failed: return "login_failed";
        case errc::refresh_invalid: return "refresh_invalid";
        case errc::password_wrong: return "password_wrong";
        case errc::product_not_found: return "product_not_found";
        case errc::sale_not_found: return "sale_not_found";
        case errc::stock_conflict: return "stock_conflict";
        case errc::sale_state: return "sale_state";
        case errc::product_on_sale: return "product_on_sale";
        case errc::precondition_failed: return "precondition_failed";
        case errc::order_not_found: return "order_not_found";
        case errc::sale_not_open: return "sale_not_open";
        case errc::sale_paused: return "sale_paused";
        case errc::sale_ended: return "sale_ended";
        case errc::purchase_limit: return "purchase_limit";
        case errc::sold_out: return "sold_out";
        case errc::out_of_stock: return "out_of_stock";
        case errc::order_state: return "order_state";
        case errc::order_expired: return "order_expired";
        case errc::payment_declined: return "payment_declined";
        case errc::return_window_closed: return "return_window_closed";
        case errc::idempotency_key_reused: return "idempotency_key_reused";
        case errc::idempotency_in_flight: return "idempotency_in_flight";
        case errc::attempt_void: return "attempt_void";
        case errc::overloaded: return "overloaded";
        case errc::gate_unavailable: return "gate_unavailable";
        case errc::database_unavailable: return "database_unavailable";
        case errc::outcome_unknown: return "outcome_unknown";
        case errc::internal: return "internal";
    }
    return "internal";
}

failure invalid(culprit::place where, std::string at, std::string code, std::string detail) {
    failure out{errc::validation_failed, detail};
    out.culprits.push_back({where, std::move(at), std::move(code), std::move(detail)});
    return out;
}

void throw_exception_from_error(const failure& error, const boost::source_location& at) {
    const std::string what = "value() of a failed result: " + std::string{to_string(error.code)};
    boost::throw_exception(std::logic_error{what}, at);
}

}  // namespace market
