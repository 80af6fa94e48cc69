#pragma once
/// The strict guard in front of Beast's parser, on the raw bytes of a request's head.
///
/// Beast 1.81 accepts what two parties can read in two ways (request smuggling, RFC 9112 section
/// 11): other transfer codings, repeated lengths, folded lines, no or several Hosts. Here one
/// reading is left, or none.
#include <market/base/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace market::http {

inline constexpr std::size_t head_bytes_max = 16 * 1024;
inline constexpr std::size_t target_bytes_max = 8 * 1024;
inline constexpr std::size_t body_bytes_max = 64 * 1024;

/// The length of the head that `bytes` begins with, its empty line included; 0: not all there yet.
/// `looked` is how far earlier calls came with the same bytes; 0 at first.
/// Errors: bad_request (a line not ended by CR LF, a NUL), header_too_large.
result<std::size_t> find_head(std::string_view bytes, std::size_t& looked);

struct framing {
    bool chunked = false;
    std::uint64_t content_length = 0;
};

/// `head` is what find_head measured. Errors: bad_request, header_too_large (the target).
result<framing> check_head(std::string_view head);

/// ASCII only, as in field names.
bool same_without_case(std::string_view left, std::string_view right);

}  // namespace market::http
