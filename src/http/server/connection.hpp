#pragma once
#include "dispatch/dispatcher.hpp"
#include "message/request_reader.hpp"

#include <market/base/clock.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>

namespace market::http {

/// TCP and Unix sockets alike, so that the code of a connection is compiled once.
using stream_socket =
    asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

inline constexpr std::chrono::seconds head_wait{10};
inline constexpr std::chrono::seconds body_wait{30};
inline constexpr std::chrono::seconds idle_wait{60};
inline constexpr std::chrono::seconds write_wait{30};
/// What is on the wire when a stop begins is still answered: idle connections stay open so long.
inline constexpr std::chrono::milliseconds leave_wait{300};

/// One client: its requests one after another, until either side has enough. Lives on one I/O
/// thread, whose sweep calls expire(); that is cheaper than a timer for each read and write.
class connection {
public:
    /// `shop` and `routes` outlive it.
    /// `peer`: the address of the other end; empty: a Unix socket.
    connection(stream_socket socket, std::string peer, const world& shop, const dispatcher& routes);

    /// Until the connection has ended. The connection outlives the coroutine.
    asio::awaitable<void> run();

    /// Closes the socket when its deadline is over; what waits on it then ends.
    void expire(deadline now);
    /// Takes requests that come within `leave_wait`, and no more.
    void leave_soon();
    void close();

private:
    asio::awaitable<bool> serve_one();
    asio::awaitable<bool> read_until(request_reader::stage wanted);
    asio::awaitable<bool> invite_body();
    asio::awaitable<bool> answer(opening opened);
    asio::awaitable<void> refuse(failure refused);
    asio::awaitable<bool> write(std::string bytes);
    asio::awaitable<void> linger();
    void wait_at_most(std::chrono::milliseconds span);
    bool more_has_come() const;
    bool is_last_reply();

    stream_socket socket_;
    const std::string peer_;
    const world& shop_;
    const dispatcher& routes_;
    request_reader reader_;
    deadline until_ = deadline::max();
    deadline leave_at_ = deadline::max();
    bool idle_ = true;
};

}  // namespace market::http
