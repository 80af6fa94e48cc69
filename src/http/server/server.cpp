#include "dispatch/server_context.hpp"
#include "server/io_thread.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

namespace market::http {
namespace {

/// Descriptors kept for database sessions, files and the log.
constexpr std::size_t descriptors_kept = 256;
constexpr std::size_t connections_min = 64;

/// Raises the soft limit of descriptors to the hard one. Returns how many connections that allows.
std::size_t room_for_connections() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return connections_min;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);  // when refused, the next getrlimit tells the limit
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const auto all = static_cast<std::size_t>(limit.rlim_cur);
    return all > descriptors_kept + connections_min ? all - descriptors_kept : connections_min;
}

class beast_server final : public server {
public:
    beast_server(http::services services, http::settings settings,
                 std::vector<readiness_check> checks)
        : context_{services, std::move(settings), std::move(checks)},
          public_dispatcher_(context_, public_routes()),
          control_dispatcher_(context_, control_routes()) {
        const auto count = std::max<std::size_t>(1, context_.settings.io_threads);
        const auto connections_max = std::max(connections_min, room_for_connections() / count);
        for (std::size_t i = 0; i < count; ++i) {
            threads_.push_back(std::make_unique<io_thread>(context_, open_, connections_max));
        }
    }

    ~beast_server() override {
        context_.draining = true;
        // All threads first, since each destructor waits for the handlers of all.
        for (auto& thread : threads_) thread->drain();
        for (auto& thread : threads_) thread->close_connections();
    }

    result<void> start() override {
        if (auto free = probe_port(context_.settings.address, context_.settings.port); !free)
            return free;
        port_ = context_.settings.port;
        std::vector<tcp_acceptor> acceptors;
        for (auto& thread : threads_) {
            auto acceptor = listen_tcp(thread->io_context(), context_.settings.address, port_);
            if (!acceptor) return acceptor.error();
            port_ = acceptor->local_endpoint().port();
            acceptors.push_back(*std::move(acceptor));
        }
        if (auto listening = start_control(); !listening) return listening;
        for (std::size_t i = 0; i < threads_.size(); ++i) {
            threads_[i]->accept_on(std::move(acceptors[i]), public_dispatcher_);
        }
        return {};
    }

    std::uint16_t port() const override { return port_; }

    bool stop(deadline until) override {
        context_.draining = true;
        for (auto& thread : threads_) thread->drain();
        if (owns_control_socket_) {
            std::error_code ignored;  // a stale file is replaced at the next start
            std::filesystem::remove(context_.settings.control_socket, ignored);
        }
        if (open_.wait_for_none(until)) return true;
        for (auto& thread : threads_) thread->close_connections();
        return false;
    }

private:
    result<void> start_control() {
        const auto& path = context_.settings.control_socket;
        if (path.empty()) return {};
        auto acceptor = listen_unix(threads_.front()->io_context(), path);
        if (!acceptor) return acceptor.error();
        threads_.front()->accept_on(*std::move(acceptor), control_dispatcher_);
        owns_control_socket_ = true;
        return {};
    }

    server_context context_;
    dispatcher public_dispatcher_;
    dispatcher control_dispatcher_;
    connection_count open_;
    std::vector<std::unique_ptr<io_thread>> threads_;
    std::uint16_t port_ = 0;
    bool owns_control_socket_ = false;
};

}  // namespace

std::unique_ptr<server> make_server(services services, settings settings,
                                    std::vector<readiness_check> checks) {
    return std::make_unique<beast_server>(services, std::move(settings), std::move(checks));
}

}  // namespace market::http
