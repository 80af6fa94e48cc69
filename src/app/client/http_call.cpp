#include "client/http_call.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace market::app {
namespace {

using steady = std::chrono::steady_clock;
constexpr std::size_t answer_bytes_max = 256u << 20;

class owned_socket {
public:
    explicit owned_socket(int file) : file_(file) {}
    owned_socket(owned_socket&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    owned_socket& operator=(owned_socket&&) = delete;
    ~owned_socket() {
        if (file_ >= 0) ::close(file_);
    }
    int get() const { return file_; }

private:
    int file_;
};

failure broken(const char* doing) {
    return failure{errc::internal, std::string{doing} + ": " + std::strerror(errno)};
}

/// True when the socket can be read or written before `until`.
bool wait_until(int file, short what, steady::time_point until) {
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - steady::now()).count();
        pollfd one{.fd = file, .events = what, .revents = 0};
        const int ready = ::poll(&one, 1, left > 0 ? static_cast<int>(left) : 0);
        if (ready > 0) return true;
        if (ready == 0) {
            errno = ETIMEDOUT;
            return false;
        }
        if (errno != EINTR) return false;
    }
}

result<owned_socket> connect_to(const sockaddr* address, socklen_t size, steady::time_point until) {
    owned_socket made{::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (made.get() < 0) return broken("socket");
    if (::connect(made.get(), address, size) != 0) {
        if (errno == ECONNREFUSED || errno == ENOENT)
            return failure{errc::not_found, std::strerror(errno)};
        if (errno != EINPROGRESS) return broken("connect");
        if (!wait_until(made.get(), POLLOUT, until)) return broken("connect");
        int error = 0;
        socklen_t length = sizeof error;
        ::getsockopt(made.get(), SOL_SOCKET, SO_ERROR, &error, &length);
        if (error == ECONNREFUSED) return failure{errc::not_found, std::strerror(error)};
        if (error != 0)
            return failure{errc::internal, std::string{"connect: "} + std::strerror(error)};
    }
    return made;
}

result<owned_socket> connect_unix(const std::string& path, steady::time_point until) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return failure{errc::internal, "the path of the socket is longer than 107 bytes: " + path};
    }
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return connect_to(reinterpret_cast<const sockaddr*>(&address), sizeof address, until);
}

result<owned_socket> connect_tcp(const http_origin& origin, steady::time_point until) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const auto port = std::to_string(origin.port);
    if (const int error = ::getaddrinfo(origin.host.c_str(), port.c_str(), &hints, &found);
        error != 0) {
        return failure{errc::internal, origin.host + ": " + ::gai_strerror(error)};
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned{found, &::freeaddrinfo};
    failure last{errc::internal, "no address"};
    for (const auto* one = found; one != nullptr; one = one->ai_next) {
        auto made = connect_to(one->ai_addr, one->ai_addrlen, until);
        if (made) return made;
        last = made.error();
    }
    return last;
}

result<void> send_all(int file, std::string_view bytes, steady::time_point until) {
    while (!bytes.empty()) {
        if (!wait_until(file, POLLOUT, until)) return broken("send");
        const auto sent = ::send(file, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) return broken("send");
        if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

result<std::string> receive_all(int file, steady::time_point until) {
    std::string out;
    char chunk[16'384];
    for (;;) {
        if (!wait_until(file, POLLIN, until)) return broken("receive");
        const auto got = ::recv(file, chunk, sizeof chunk, 0);
        if (got == 0) return out;
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (got < 0) return broken("receive");
        out.append(chunk, static_cast<std::size_t>(got));
        if (out.size() > answer_bytes_max) return failure{errc::internal, "the answer is too long"};
    }
}

}  // namespace

std::optional<http_origin> parse_origin(std::string_view url) {
    static constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) return std::nullopt;
    url.remove_prefix(scheme.size());
    if (url.ends_with('/')) url.remove_suffix(1);
    http_origin out;
    const auto end_of_v6 = url.starts_with('[') ? url.find(']') : 0;
    if (end_of_v6 == std::string_view::npos) return std::nullopt;
    const auto colon = url.find(':', end_of_v6);
    if (colon != std::string_view::npos) {
        const auto digits = url.substr(colon + 1);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
        if (error != std::errc{} || end != digits.data() + digits.size() || out.port == 0)
            return std::nullopt;
        url = url.substr(0, colon);
    }
    out.host = end_of_v6 != 0 ? url.substr(1, end_of_v6 - 1) : url;
    if (out.host.empty() || out.host.find_first_of("/?#@ ") != std::string::npos)
        return std::nullopt;
    return out;
}

result<http_answer> http_call(const http_place& place, std::string_view method,
                              std::string_view target, std::chrono::milliseconds patience) {
    const auto until = steady::now() + patience;
    auto connected = place.socket_path.empty() ? connect_tcp(place.origin, until)
                                               : connect_unix(place.socket_path, until);
    if (!connected) return connected.error();
    std::string request;
    // HTTP/1.0: the answer is whole when the connection ends, never chunked.
    request.append(method)
        .append(" ")
        .append(target)
        .append(" HTTP/1.0\r\nHost: ")
        .append(place.socket_path.empty() ? place.origin.host : "localhost")
        .append("\r\n");
    if (method == "POST") request.append("Content-Length: 0\r\n");
    request.append("\r\n");
    if (auto sent = send_all(connected->get(), request, until); !sent) return sent.error();
    auto received = receive_all(connected->get(), until);
    if (!received) return received.error();

    http_answer answer;
    const auto head_end = received->find("\r\n\r\n");
    if (!received->starts_with("HTTP/1.") || received->size() < 12 ||
        head_end == std::string::npos) {
        return failure{errc::internal, "the answer is not HTTP"};
    }
    std::from_chars(received->data() + 9, received->data() + 12, answer.status);
    answer.body = received->substr(head_end + 4);
    return answer;
}

}  // namespace market::app
