#pragma once
#include <market/base/error.hpp>

#include <cstdint>
#include <string>

namespace market::redis {

struct server_address {
    std::string host;  ///< a name or an IP address without brackets
    std::uint16_t port = 6379;
    std::string path;  ///< of a Unix socket; host and port are not used then
    std::string user;  ///< empty: the default one
    std::string password;
    int database = 0;

    std::string where() const;  ///< for messages; without user and password
};

/// Errors: validation_failed; its sentence holds no password.
result<server_address> parse_redis_url(const std::string& url);

}  // namespace market::redis
