#include "server/http_metrics.hpp"

#include <market/base/metrics.hpp>

namespace market::http {

namespace {

/// The counters of one route, for 1xx to 5xx.
using counters_by_class = std::array<metrics::counter*, 5>;

counters_by_class make_counters(std::string_view name) {
    counters_by_class out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = &metrics::make_counter(
            "market_http_requests_total", "Requests answered, by route and class of status.",
            {{"route", std::string{name}}, {"status", std::to_string(i + 1) + "xx"}});
    }
    return out;
}

/// Made once; only read afterwards, so it needs no lock.
const std::unordered_map<const route*, counters_by_class>& counters() {
    static const auto made = [] {
        std::unordered_map<const route*, counters_by_class> out{{nullptr, make_counters("none")}};
        for (const auto& route : public_routes()) {
            const auto name = std::string{route.method} + ' ' + std::string{route.pattern};
            out.emplace(&route, make_counters(name));
        }
        return out;
    }();
    return made;
}

metrics::histogram& seconds = metrics::make_histogram(
    "market_http_request_seconds", "From the whole request to its reply, all routes.",
    {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5});

}  // namespace

void count_request(const route* route, int status, std::chrono::duration<double> took) {
    const auto entry = counters().find(route);
    if (entry == counters().end()) return;  // a route of the control socket
    entry->second.at(static_cast<std::size_t>(status) / 100 - 1)->add();
    seconds.observe(took.count());
}

}  // namespace market::http
