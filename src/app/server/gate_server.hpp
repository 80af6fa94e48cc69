#pragma once
/// The gate of a configuration: in this server's memory, or in Redis.
#include "config/configuration.hpp"

#include <market/redis/client.hpp>
#include <market/stock/gate.hpp>

#include <chrono>
#include <memory>

namespace market::app {

/// Is `gate.url` a Redis server's?
bool gate_is_shared(const configuration& config);

struct opened_gate {
    std::unique_ptr<redis::client> server;  ///< none: the gate is in memory
    std::unique_ptr<stock::stock_gate> gate;
};

/// A Redis that cannot be reached is asked again for `patience`; one that refuses (password,
/// a replica, too old) is not. Errors: internal with one sentence that names the server.
result<opened_gate> open_gate(const configuration& config, std::chrono::seconds patience = {});

}  // namespace market::app
