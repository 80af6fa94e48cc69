#pragma once
/// Checks the raw bytes of a request's head before Beast parses them.
///
/// Beast 1.81 accepts heads that two parties may read in two ways (request smuggling, RFC 9112
/// section 11): other transfer codings, repeated lengths, folded lines, no Host or several. These
/// checks let a head pass only if it can be read in one way.
#include <market/base/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace market::http {

inline constexpr std::size_t head_bytes_max = 16 * 1024;
inline constexpr std::size_t target_bytes_max = 8 * 1024;
inline constexpr std::size_t body_bytes_max = 64 * 1024;

/// The length of the head that `bytes` begins with, with its empty line; 0 while it is incomplete.
/// `looked` starts at 0 and keeps how far earlier calls have read in the same bytes.
/// Errors: bad_request (a line not ended by CR LF, a NUL), header_too_large.
result<std::size_t> find_head(std::string_view bytes, std::size_t& looked);

struct framing {
    bool chunked = false;
    std::uint64_t content_length = 0;
};

/// `head` is a whole head as found by find_head. Errors: bad_request, header_too_large (the
/// target).
result<framing> read_framing(std::string_view head);

/// Compares ASCII without case, as for field names.
bool same_without_case(std::string_view left, std::string_view right);

}  // namespace market::http
