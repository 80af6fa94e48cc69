#include "load/load_report.hpp"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <thread>

namespace market::app {
namespace {

/// What stands behind the colon of the first line that starts with `name`.
std::string line_of(const char* path, std::string_view name) {
    std::ifstream in{path};
    for (std::string line; std::getline(in, line);) {
        const auto colon = line.find(": ");
        if (line.starts_with(name) && colon != std::string::npos) return line.substr(colon + 2);
    }
    return {};
}

}  // namespace

percentiles percentiles_of(std::vector<std::uint32_t>& micros) {
    if (micros.empty()) return {};
    std::ranges::sort(micros);
    const auto at = [&micros](double share) {
        const auto rank =
            static_cast<std::size_t>(std::ceil(share * static_cast<double>(micros.size())));
        return static_cast<double>(micros[std::max<std::size_t>(rank, 1) - 1]) / 1000.0;
    };
    return {.p50 = at(0.5), .p90 = at(0.9), .p99 = at(0.99), .p999 = at(0.999), .most = at(1.0)};
}

machine this_machine() {
    machine out{.cpu = line_of("/proc/cpuinfo", "model name"),
                .cores = std::thread::hardware_concurrency()};
    const auto memory = line_of("/proc/meminfo", "MemTotal");
    out.memory_mib = static_cast<std::size_t>(std::strtoull(memory.c_str(), nullptr, 10)) / 1024;
    if (out.cpu.empty()) out.cpu = "unknown";
    return out;
}

double per_second(std::uint64_t count, std::chrono::steady_clock::duration spent) {
    const auto seconds = std::chrono::duration<double>(spent).count();
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

boost::json::object refused_as_json(const load_tally& tally) {
    boost::json::object out;
    for (const auto& [code, count] : tally.refused) out[code] = count;
    return out;
}

void table_line(std::string_view name, const std::string& value) {
    constexpr std::size_t width = 26;
    const auto gap = name.size() < width ? width - name.size() : 1;
    std::cout << name << std::string(gap, ' ') << value << "\n";
}

std::string decimal(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

}  // namespace market::app
