#include "server/serving.hpp"

#include "exit_status.hpp"

#include <market/base/log.hpp>

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <thread>

namespace market::app {
namespace {

/// What the last writes and the relay's flush may take after the drain.
constexpr std::chrono::seconds closing_max{10};

[[noreturn]] void leave_at_once(std::string_view why) {
    log::error("server.cut_off", {{"cause", std::string{why}}});
    std::_Exit(exit_failed);
}

}  // namespace

void prepare_process() {
    std::signal(SIGPIPE, SIG_IGN);
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
}

int stop_signals::serve_until_stopped(shop& served, std::chrono::seconds drain_max) {
    signals_.async_wait([](const boost::system::error_code&, int) {});
    context_.run();
    log::info("server.draining", {{"seconds_max", std::int64_t{drain_max.count()}}});

    bool all_answered = false;
    std::thread drain{[&] {
        all_answered = served.stop(std::chrono::steady_clock::now() + drain_max);
        asio::post(context_, [this] { context_.stop(); });
    }};
    context_.restart();
    const auto unfinished = asio::make_work_guard(context_);
    signals_.async_wait([](const boost::system::error_code& error, int) {
        if (!error) leave_at_once("a second signal");
    });
    asio::steady_timer limit{context_, drain_max + closing_max};
    limit.async_wait([](const boost::system::error_code& error) {
        if (!error) leave_at_once("the drain took too long");
    });
    context_.run();
    drain.join();
    log::info("server.stopped", {{"all_answered", std::int64_t{all_answered}}});
    return all_answered ? exit_done : exit_failed;
}

}  // namespace market::app
