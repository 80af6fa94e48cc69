#pragma once
#include <market/base/error.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cstdint>
#include <string>

namespace market::http {

namespace asio = boost::asio;

using tcp_acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;
using unix_acceptor =
    asio::basic_socket_acceptor<asio::local::stream_protocol, asio::io_context::executor_type>;

/// One of several acceptors that share a port (SO_REUSEPORT).
/// Errors: internal, with one sentence for the operator.
result<tcp_acceptor> listen_tcp(asio::io_context& context, const std::string& address,
                                std::uint16_t port);

/// The socket file is for this user only (mode 0600). It replaces a file that no server answers on.
/// Errors: internal, with one sentence for the operator.
result<unix_acceptor> listen_unix(asio::io_context& context, const std::string& path);

}  // namespace market::http
