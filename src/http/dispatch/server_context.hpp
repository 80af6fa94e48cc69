#pragma once
#include <market/http/server.hpp>

#include <atomic>
#include <vector>

namespace market::http {

/// What every request may look at. One per server; only `draining` changes.
struct world {
    services parts;
    settings chosen;
    std::vector<readiness_check> checks;
    std::atomic<bool> draining{false};  ///< not ready any more; replies close their connection
};

}  // namespace market::http
