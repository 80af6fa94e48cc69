#include "cutting_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string_view>

namespace market::db::test {
namespace {

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    if (inet_pton(AF_INET, host.c_str(), &out.sin_addr) != 1)
        throw std::runtime_error("not an IPv4 address");
    return out;
}

int make_socket() {
    const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (handle < 0) throw std::runtime_error("no socket");
    return handle;
}

bool send_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

}  // namespace

// Both pumps wake up; the handles are closed when no thread uses them any more.
void cutting_proxy::link::close_both() const {
    ::shutdown(client, SHUT_RDWR);
    ::shutdown(server, SHUT_RDWR);
}

cutting_proxy::link::~link() {
    ::close(client);
    ::close(server);
}

cutting_proxy::cutting_proxy(std::string host, std::uint16_t port)
    : host_(std::move(host)), server_port_(port) {
    listener_ = make_socket();
    auto here = address_of("127.0.0.1", 0);
    socklen_t size = sizeof here;
    auto* generic = reinterpret_cast<sockaddr*>(&here);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
        throw std::runtime_error("the proxy cannot listen");
    }
    port_ = ntohs(here.sin_port);
    threads_.emplace_back([this] { accept_all(); });
}

cutting_proxy::~cutting_proxy() {
    ::shutdown(listener_, SHUT_RDWR);
    threads_.front().join();  // nothing is added to the list any more
    for (const auto& between : links_) between->close_both();
    for (std::size_t i = 1; i < threads_.size(); ++i) threads_[i].join();
    ::close(listener_);
}

void cutting_proxy::accept_all() {
    for (;;) {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return;
        auto between = std::make_unique<link>();
        between->client = client;
        between->server = make_socket();
        auto there = address_of(host_, server_port_);
        if (::connect(between->server, reinterpret_cast<sockaddr*>(&there), sizeof there) != 0)
            continue;
        auto& open = *links_.emplace_back(std::move(between));
        threads_.emplace_back([this, &open] { pump_to_server(open); });
        threads_.emplace_back([&open] { pump_to_client(open); });
    }
}

void cutting_proxy::pump_to_server(link& between) {
    char buffer[65536];
    for (;;) {
        const auto got = ::recv(between.client, buffer, sizeof buffer, 0);
        if (got <= 0) break;
        const std::string_view bytes{buffer, static_cast<std::size_t>(got)};
        const bool commits = bytes.find(
                                 "\x03"
                                 "COMMIT") != std::string_view::npos;  // 3: COM_QUERY
        if (commits && when_ == cut::before_commit) break;
        if (commits && when_ == cut::after_commit) between.swallow_reply = true;
        if (!send_all(between.server, bytes)) break;
    }
    between.close_both();
}

void cutting_proxy::pump_to_client(link& between) {
    char buffer[65536];
    for (;;) {
        const auto got = ::recv(between.server, buffer, sizeof buffer, 0);
        // The server has answered the COMMIT: it is done, and nobody will hear of it.
        if (got <= 0 || between.swallow_reply) break;
        if (!send_all(between.client, {buffer, static_cast<std::size_t>(got)})) break;
    }
    between.close_both();
}

}  // namespace market::db::test
