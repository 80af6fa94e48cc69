#pragma once
/// Errors as values. One cause per code; `src/http` maps each to one status.

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace market {

/// Every cause for which a call can fail. The name is the `code` of the reply.
enum class errc {
    // the request itself
    bad_request,
    header_too_large,
    body_too_large,
    method_unknown,
    not_found,
    method_not_allowed,
    unauthenticated,
    forbidden,
    unsupported_media_type,
    malformed_body,
    validation_failed,
    rate_limited,
    // accounts
    email_taken,
    code_invalid,
    login_failed,
    refresh_invalid,
    password_wrong,
    // catalog and stock
    product_not_found,
    sale_not_found,
    stock_conflict,
    sale_state,
    product_on_sale,
    precondition_failed,
    // orders
    order_not_found,
    sale_not_open,
    sale_paused,
    sale_ended,
    purchase_limit,
    sold_out,
    out_of_stock,
    order_state,
    order_expired,
    payment_declined,
    return_window_closed,
    idempotency_key_reused,
    idempotency_in_flight,
    attempt_void,
    // capacity and faults
    overloaded,
    gate_unavailable,
    database_unavailable,
    outcome_unknown,
    internal,
};

/// The `code` member of a problem document, e.g. "sold_out".
std::string_view to_string(errc code);

/// One thing wrong with the input: an entry of the problem document's `errors`.
struct culprit {
    enum class place { pointer, parameter, header };
    place where = place::pointer;
    std::string at;      ///< RFC 6901 pointer, parameter name or header name
    std::string code;    ///< required, unknown, type, range, length, format, enum or duplicate
    std::string detail;  ///< one sentence for a person
};

/// A number or text that explains a failure: a top-level member of the problem document.
using fact = std::variant<std::int64_t, std::string>;

struct failure {
    errc code = errc::internal;
    std::string detail;               ///< one sentence; never holds a secret
    std::vector<culprit> culprits{};  ///< for validation_failed and for named lines
    std::vector<std::pair<std::string, fact>> facts{};
    std::chrono::seconds retry_after{1};  ///< sent with 429 and 503 only
};

template <class T>
using result = boost::system::result<T, failure>;

/// A 422 that names one culprit.
failure invalid(culprit::place where, std::string at, std::string code, std::string detail);

/// Called by `result::value()` on an error. That is a programming error: throws std::logic_error.
[[noreturn]] void throw_exception_from_error(const failure& error,
                                             const boost::source_location& at);

}  // namespace market
