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
/// How long connections stay open after a stop begins: requests that are on their way by then are
/// still answered.
inline constexpr std::chrono::milliseconds drain_wait{300};

/// Serves the requests of one client, one after another. Lives on one I/O thread. Its deadlines are
/// kept by that thread, which calls expire(): cheaper than a timer for each read and write.
class connection {
public:
    /// `context` and `dispatcher` outlive it. `peer` is the address of the client; empty for a Unix
    /// socket.
    connection(stream_socket socket, std::string peer, const server_context& context,
               const dispatcher& dispatcher);

    /// Returns when the connection has ended. The object must outlive the coroutine.
    asio::awaitable<void> run();

    /// Closes the socket when its deadline is over, which ends what waits on it.
    void expire(deadline now);
    /// Serves the requests that arrive within `drain_wait`, then closes.
    void close_soon();
    void close();

private:
    asio::awaitable<bool> serve_one();
    asio::awaitable<bool> read_until(request_reader::stage stage);
    asio::awaitable<bool> write_continue();
    asio::awaitable<bool> answer(checked_head head);
    asio::awaitable<void> refuse(failure refused);
    asio::awaitable<bool> write(std::string bytes);
    asio::awaitable<void> linger();
    void wait_at_most(std::chrono::milliseconds span);
    bool has_more_input() const;
    bool is_last_reply();

    stream_socket socket_;
    const std::string peer_;
    const server_context& context_;
    const dispatcher& dispatcher_;
    request_reader reader_;
    deadline until_ = deadline::max();
    deadline drain_until_ = deadline::max();
    bool idle_ = true;
};

}  // namespace market::http
