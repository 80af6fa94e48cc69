#pragma once
#include "message/request.hpp"

#include <market/base/error.hpp>

#include <memory>
#include <span>

namespace market::http {

/// Cuts the bytes of a connection into requests. Bytes beyond one request are kept for the next, so
/// pipelined requests need no further read. Does no I/O. For one thread.
class request_reader {
public:
    request_reader();
    ~request_reader();
    request_reader(const request_reader&) = delete;
    request_reader& operator=(const request_reader&) = delete;

    /// Where to put the next bytes; never empty. Call added() afterwards.
    std::span<char> free_space();
    void added(std::size_t count);

    enum class stage {
        more,   ///< more bytes are needed
        head,   ///< current() is set, except its body; advance again
        whole,  ///< current() is complete; advance again for the next
    };
    /// Errors: bad_request, header_too_large, body_too_large. After an error the rest of the
    /// connection cannot be read.
    result<stage> advance();

    request& current();
    /// Are there bytes that no finished request has used?
    bool has_bytes() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace market::http
