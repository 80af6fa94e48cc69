#pragma once
#include "message/request.hpp"

#include <market/base/error.hpp>

#include <memory>
#include <span>

namespace market::http {

/// Cuts a connection's bytes into requests. What was read beyond one request is kept for the next,
/// so pipelined requests cost no further read. Does no I/O; used by one thread.
class request_reader {
public:
    request_reader();
    ~request_reader();
    request_reader(const request_reader&) = delete;
    request_reader& operator=(const request_reader&) = delete;

    /// Where the next bytes are to be put; never empty.
    std::span<char> room();
    void added(std::size_t count);

    enum class stage {
        more,   ///< read on
        head,   ///< current() is set but for its body; advance again
        whole,  ///< current() is complete; advance again for the next
    };
    /// Errors: bad_request, header_too_large, body_too_large; after one the rest of the connection
    /// cannot be read.
    result<stage> advance();

    request& current();
    /// Bytes are here that no finished request has used.
    bool has_bytes() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace market::http
