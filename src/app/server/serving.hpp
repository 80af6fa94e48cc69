#pragma once
#include "server/shop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>

namespace market::app {

/// Ignores SIGPIPE and raises the limit of open files to the maximum.
void prepare_process();

/// Catches SIGTERM and SIGINT from construction on. Make it before the first connection is
/// accepted.
class stop_signals {
public:
    stop_signals() : signals_(context_, SIGTERM, SIGINT) {}

    /// Waits for a signal, then drains: exit 0 when every request in flight was answered. Requests
    /// that outlast `drain_max` are cut off: exit 1. A second signal ends the process at once with
    /// exit 1 too.
    int serve_until_stopped(shop& served, std::chrono::seconds drain_max);

private:
    asio::io_context context_{1};
    asio::signal_set signals_;
};

}  // namespace market::app
