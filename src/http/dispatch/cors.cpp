#include "dispatch/cors.hpp"

#include <algorithm>

namespace market::http {

void add_cors(reply& answer, const std::string& origin, const std::vector<std::string>& origins,
              const std::string& allowed) {
    if (origins.empty()) return;
    answer.headers.emplace_back("Vary", "Origin");
    const bool is_any = std::find(origins.begin(), origins.end(), "*") != origins.end();
    if (origin.empty()) return;
    if (!is_any && std::find(origins.begin(), origins.end(), origin) == origins.end()) return;
    answer.headers.emplace_back("Access-Control-Allow-Origin", origin);
    answer.headers.emplace_back("Access-Control-Expose-Headers",
                                "ETag, Location, Link, Retry-After, X-Request-Id, "
                                "Idempotent-Replayed");
    if (answer.status != 204 || allowed.empty()) return;
    answer.headers.emplace_back("Access-Control-Allow-Methods", allowed);
    answer.headers.emplace_back(
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id, "
        "traceparent");
    answer.headers.emplace_back("Access-Control-Max-Age", "600");
}

}  // namespace market::http
