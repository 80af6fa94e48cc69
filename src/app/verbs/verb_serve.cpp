#include "server/metrics_server.hpp"
#include "server/metrics_text.hpp"
#include "server/record.hpp"
#include "server/serving.hpp"
#include "server/shop.hpp"
#include "verbs/verbs.hpp"

#include <market/user/user_module.hpp>

#include <iostream>

namespace market::app {
namespace {

void print_banner(const configuration& config, const shop& served,
                  const std::optional<std::string>& set_up) {
    const auto line = [](std::string_view name, const std::string& value) {
        std::cout << "  " << name << std::string(10 - name.size(), ' ') << value << "\n";
    };
    const auto safe = [&config](std::string_view name) {
        return redacted(*find_setting(name), config.text(name));
    };
    std::cout << "market " MARKET_VERSION "\n";
    line("shop", served.url());
    line("mode", config.text("mode"));
    line("database", safe("database.url"));
    line("gate", safe("gate.url"));
    line("events", safe("events.url"));
    line("mail", safe("mail.url"));
    if (set_up)
        line("set-up",
             served.url() + "/setup?token=" + *set_up + "  (makes the first admin, valid 1 h)");
    std::cout << "listening on " << served.listening_on() << std::endl;
}

}  // namespace

int serve(const configuration& config) {
    prepare_process();
    auto opened = shop::open(config);
    if (!opened) return fail(opened.error().detail);
    // From here on a signal drains. Before (while waiting for a database) it ends the process.
    stop_signals signals;
    auto& served = **opened;
    const auto set_up = user::offer_set_up(served.record(), system_clock());
    if (!set_up) return fail("set-up link: " + set_up.error().detail);
    if (auto started = served.start(); !started) return fail(started.error().detail);
    metrics_server metrics{[&served] { return metrics_text(served.record()); }};
    const auto metrics_port = static_cast<std::uint16_t>(config.integer("metrics.port"));
    if (metrics_port != 0) metrics.start(config.text("metrics.address"), metrics_port);
    print_banner(config, served, *set_up);
    return signals.serve_until_stopped(served,
                                       std::chrono::seconds{config.integer("http.drain_seconds")});
}

}  // namespace market::app
