#include "dispatch/cors.hpp"

#include <algorithm>

namespace market::http {

void add_cors(reply& answer, const std::string& origin, const std::vector<std::string>& configured,
              const std::string& allowed_methods) {
    if (configured.empty()) return;
    answer.headers.emplace_back("Vary", "Origin");
    const bool is_any = std::find(configured.begin(), configured.end(), "*") != configured.end();
    if (origin.empty()) return;
    if (!is_any && std::find(configured.begin(), configured.end(), origin) == configured.end())
        return;
    answer.headers.emplace_back("Access-Control-Allow-Origin", origin);
    answer.headers.emplace_back("Access-Control-Expose-Headers",
                                "ETag, Location, Link, Retry-After, X-Request-Id, "
                                "Idempotent-Replayed");
    if (answer.status != 204 || allowed_methods.empty()) return;
    answer.headers.emplace_back("Access-Control-Allow-Methods", allowed_methods);
    answer.headers.emplace_back(
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id, "
        "traceparent");
    answer.headers.emplace_back("Access-Control-Max-Age", "600");
}

}  // namespace market::http
