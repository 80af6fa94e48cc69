#pragma once
#include "load/load_client.hpp"

#include <boost/json.hpp>

#include <string>

namespace market::app {

/// In milliseconds; all 0 without samples.
struct percentiles {
    double p50 = 0, p90 = 0, p99 = 0, p999 = 0, most = 0;
};
/// By the nearest rank. Sorts `micros`.
percentiles percentiles_of(std::vector<std::uint32_t>& micros);

struct machine {
    std::string cpu;
    std::size_t cores = 0;
    std::size_t memory_mib = 0;
};
machine this_machine();

/// Events per second over `spent`; 0 when no time passed.
double per_second(std::uint64_t count, std::chrono::steady_clock::duration spent);

boost::json::object refused_as_json(const load_tally& tally);

/// `name  value` lines of a result table.
void table_line(std::string_view name, const std::string& value);
std::string decimal(double value, int digits);

}  // namespace market::app
