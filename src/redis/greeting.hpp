#pragma once
/// The first commands on a new connection, and how their answers are judged. No I/O.
#include "redis_url.hpp"

#include <market/redis/client.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace market::redis {

struct server_facts {
    std::string run_id;  ///< 40 characters, another one after each start of the server
    std::string role;
    std::string mode;
    std::string eviction;
    int major = 0;
    bool loading = false;
};

server_facts read_info(std::string_view text);

/// AUTH and SELECT where the address asks for them; then INFO.
std::vector<std::vector<std::string>> greeting(const server_address& server);

/// Why this answer to a command of the greeting means that the server cannot be used.
std::optional<obstacle> wrong_answer(const server_address& server, const std::string& command,
                                     const reply& answer);

/// Why a server with this INFO cannot be used.
std::optional<obstacle> wrong_server(const server_address& server, const server_facts& facts);

}  // namespace market::redis
