#include "server/listener.hpp"

#include <market/http/server.hpp>

#include <boost/asio/detail/socket_option.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/system_error.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace market::http {
namespace {

using asio::ip::tcp;
using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int backlog = 4'096;  // the kernel cuts it to net.core.somaxconn

failure cannot_listen(const std::string& where, const boost::system::error_code& cause) {
    return failure{errc::internal, "cannot listen on " + where + ": " + cause.message()};
}

std::string name_of(const std::string& address, std::uint16_t port) {
    const bool is_v6 = address.find(':') != std::string::npos;
    return (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

result<tcp::endpoint> endpoint_of(const std::string& address, std::uint16_t port) {
    boost::system::error_code failed;
    const auto parsed = asio::ip::make_address(address, failed);
    if (failed) return failure{errc::internal, "http.address " + address + " is not an IP address"};
    return tcp::endpoint(parsed, port);
}

template <class Acceptor>
boost::system::error_code bind_to(Acceptor& acceptor, const tcp::endpoint& endpoint, bool shared) {
    boost::system::error_code failed;
    acceptor.open(endpoint.protocol(), failed);
    if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed && shared) acceptor.set_option(reuse_port(true), failed);
    if (!failed) acceptor.bind(endpoint, failed);
    return failed;
}

/// Removes a socket file whose server is gone. Errors: internal, when anything else is there.
result<void> clear_stale(const std::string& path) {
    std::error_code failed;
    const auto status = std::filesystem::symlink_status(path, failed);
    if (status.type() == std::filesystem::file_type::not_found) return {};
    if (status.type() != std::filesystem::file_type::socket) {
        return failure{errc::internal, path + " is in the way: it is not a socket"};
    }
    asio::io_context context;
    asio::local::stream_protocol::socket probe(context);
    boost::system::error_code refused;
    probe.connect(asio::local::stream_protocol::endpoint(path), refused);
    if (!refused) return failure{errc::internal, "another server answers on " + path};
    std::filesystem::remove(path, failed);
    return {};
}

}  // namespace

result<void> probe_port(const std::string& address, std::uint16_t port) {
    if (port == 0) return {};
    const auto endpoint = endpoint_of(address, port);
    if (!endpoint) return endpoint.error();
    asio::io_context context;
    tcp::acceptor probe(context);
    if (const auto failed = bind_to(probe, *endpoint, false))
        return cannot_listen(name_of(address, port), failed);
    return {};
}

result<tcp_acceptor> listen_tcp(asio::io_context& context, const std::string& address,
                                std::uint16_t port) {
    const auto endpoint = endpoint_of(address, port);
    if (!endpoint) return endpoint.error();
    tcp_acceptor acceptor(context.get_executor());
    auto failed = bind_to(acceptor, *endpoint, true);
    if (!failed) acceptor.listen(backlog, failed);
    if (failed) return cannot_listen(name_of(address, port), failed);
    return acceptor;
}

result<unix_acceptor> listen_unix(asio::io_context& context, const std::string& path) {
    try {
        const asio::local::stream_protocol::endpoint endpoint(
            path);  // throws when the path is too long
        if (auto cleared = clear_stale(path); !cleared) return cleared.error();
        unix_acceptor acceptor(context.get_executor(), endpoint.protocol());
        // Before bind: Linux gives the file the mode of the descriptor, so no other user ever gets
        // in.
        ::fchmod(acceptor.native_handle(), S_IRUSR | S_IWUSR);
        acceptor.bind(endpoint);
        acceptor.listen();
        return acceptor;
    } catch (const boost::system::system_error& failed) {
        return cannot_listen(path, failed.code());
    }
}

}  // namespace market::http
