#pragma once
#include <string>
#include <vector>

namespace market::http {

/// One request. Strings are as sent; a header that was not sent is empty.
struct request {
    std::string method;
    std::string path;   ///< still percent-encoded
    std::string query;  ///< still percent-encoded, without the `?`
    bool http_1_0 = false;
    bool keep_alive = true;
    bool expects_continue = false;
    bool has_body = false;  ///< the head announced one
    std::string authorization;
    std::string content_type;
    std::string content_encoding;
    std::string origin;
    std::string request_id;
    std::string traceparent;                     ///< the client's, or a new one
    std::vector<std::string> if_match;           ///< one entry a header field
    std::vector<std::string> if_none_match;      ///< likewise
    std::vector<std::string> idempotency_keys;   ///< likewise
    std::vector<std::string> market_signatures;  ///< likewise
    std::vector<std::string> forwarded_for;      ///< every X-Forwarded-For, in order
    std::string peer;                            ///< address of the other end; empty: a Unix socket
    std::string body;
};

}  // namespace market::http
