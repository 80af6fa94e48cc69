#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace market::app {

namespace asio = boost::asio;

/// Serves `/metrics` on a listener and thread of its own, so that it answers while the shop is busy
/// and outsiders cannot reach it. One request a connection, each bounded in time and bytes.
class metrics_server {
public:
    /// `page` makes the text; it may block.
    explicit metrics_server(std::function<std::string()> page) : page_(std::move(page)) {}
    ~metrics_server();

    /// False, with a warning in the log, when the address cannot be bound: the shop sells without
    /// metrics.
    bool start(const std::string& address, std::uint16_t port);
    /// The port bound. Only after start().
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    asio::awaitable<void> accept();
    asio::awaitable<void> serve(asio::ip::tcp::socket accepted);

    const std::function<std::string()> page_;
    asio::io_context context_{1};
    asio::ip::tcp::acceptor acceptor_{context_};
    int open_ = 0;
    std::thread thread_;
};

}  // namespace market::app
