#pragma once
/// Refusals as problem documents (RFC 9457).
#include "message/reply.hpp"

#include <market/base/error.hpp>

#include <optional>
#include <string_view>

namespace market::http {

struct problem_kind {
    int status;
    std::string_view title;
};

/// The only place where a cause becomes a status.
problem_kind kind_of(errc code);

/// The cause with this name; empty when there is none.
std::optional<errc> cause_named(std::string_view code);

reply problem_reply(const failure& refused, std::string_view request_id);

}  // namespace market::http
