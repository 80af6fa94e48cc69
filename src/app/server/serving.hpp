#pragma once
#include "server/shop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>

namespace market::app {

/// No death by SIGPIPE; as many open files as the system allows.
void prepare_process();

/// SIGTERM and SIGINT from its making on: make it before the first connection is accepted.
class stop_signals {
public:
    stop_signals() : signals_(context_, SIGTERM, SIGINT) {}

    /// Waits for a signal, then drains: exit 0 when every request in flight was answered. A second
    /// signal ends the process at once with exit 1; so ends, soon after, what `drain_max` cuts off.
    int serve_until_stopped(shop& served, std::chrono::seconds drain_max);

private:
    asio::io_context context_{1};
    asio::signal_set signals_;
};

}  // namespace market::app
