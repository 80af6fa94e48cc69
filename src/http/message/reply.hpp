#pragma once
#include <market/base/error.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace market::http {

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view problem_type = "application/problem+json";
inline constexpr std::string_view html_type = "text/html; charset=utf-8";

/// What a handler answers.
struct reply {
    int status = 200;
    std::string body{};
    std::string_view type = json_type;                                ///< a literal
    std::vector<std::pair<std::string_view, std::string>> headers{};  ///< names are literals
};

/// A reply that no cache may keep, for accounts and orders.
reply private_reply(int status, std::string body);

/// What the connection adds to each reply.
struct envelope {
    std::string_view date;
    std::string_view request_id;
    bool close = false;
    bool head_only = false;  ///< for HEAD: the length without the body
};

/// The whole reply in one buffer: two writes would meet Nagle's algorithm and delayed
/// acknowledgements.
std::string serialize(const reply& answer, const envelope& around);

/// RFC 9110 section 5.6.7, e.g. `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string http_date();

}  // namespace market::http
