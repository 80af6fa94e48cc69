#include "server/gate_server.hpp"

#include <market/base/log.hpp>

#include <thread>

namespace market::app {
namespace {

constexpr std::chrono::milliseconds between_tries{500};

failure unusable_gate(const configuration& config, const std::string& why) {
    const auto& url = config.text("gate.url");
    return {errc::internal, "gate " + redacted(*find_setting("gate.url"), url) + ": " + why};
}

}  // namespace

bool gate_is_shared(const configuration& config) {
    return !config.text("gate.url").starts_with("memory:");
}

result<opened_gate> open_gate(const configuration& config, std::chrono::seconds patience) {
    if (!gate_is_shared(config)) return opened_gate{{}, stock::make_memory_gate(system_clock())};
    auto server = redis::open(config.text("gate.url"));
    if (!server) return unusable_gate(config, server.error().detail);
    const auto until = std::chrono::steady_clock::now() + patience;
    while (const auto obstacle = (*server)->check()) {
        if (!obstacle->may_pass || std::chrono::steady_clock::now() >= until)
            return unusable_gate(config, obstacle->sentence);
        log::warning("gate.unreachable", {{"cause", obstacle->sentence}});
        std::this_thread::sleep_for(between_tries);
    }
    auto gate = stock::make_redis_gate(**server);
    return opened_gate{std::move(*server), std::move(gate)};
}

}  // namespace market::app
