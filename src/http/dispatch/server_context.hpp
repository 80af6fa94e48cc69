#pragma once
#include <market/http/server.hpp>

#include <atomic>
#include <vector>

namespace market::http {

/// What all requests of one server share. Only `draining` changes.
struct server_context {
    http::services services;
    http::settings settings;
    std::vector<readiness_check> checks;
    /// Set when a stop begins: the server is not ready, and each reply closes its connection.
    std::atomic<bool> draining{false};
};

}  // namespace market::http
