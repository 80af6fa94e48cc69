#pragma once
#include "connection.hpp"
#include "listener.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>

namespace market::http {

/// How many connections are open on all threads. Thread-safe.
class connection_count {
public:
    void add(std::ptrdiff_t change);
    /// False: some are left at `until`.
    bool wait_for_none(deadline until);

private:
    std::mutex guard_;
    std::condition_variable changed_;
    std::ptrdiff_t open_ = 0;
};

/// One thread with its own io_context, acceptors and connections: nothing is shared, nothing
/// locked. It runs from construction to destruction, so that background coroutines may use its
/// executor before the first connection and after the last.
class io_thread {
public:
    /// At most `connections_max` at once; more wait in the backlog. All outlive it.
    io_thread(const world& shop, connection_count& count, std::size_t connections_max);
    /// Cuts connections off and waits for handlers that still run.
    ~io_thread();
    io_thread(const io_thread&) = delete;
    io_thread& operator=(const io_thread&) = delete;

    asio::io_context& context() { return context_; }

    // These may be called from any thread. `routes` outlives the io_thread.
    void accept_on(tcp_acceptor acceptor, const dispatcher& routes);
    void accept_on(unix_acceptor acceptor, const dispatcher& routes);
    /// Stops accepting and closes idle connections.
    void drain();
    /// Closes all connections; what they had under way is not answered.
    void cut();

private:
    template <class Acceptor>
    asio::awaitable<void> accept_all(Acceptor& acceptor, const dispatcher& routes);
    asio::awaitable<void> serve(stream_socket socket, const dispatcher& routes);
    asio::awaitable<void> sweep();
    asio::awaitable<void> pause(std::chrono::milliseconds span);
    void close_acceptors();

    const world& shop_;
    connection_count& count_;
    const std::size_t connections_max_;
    // Before the context, whose destruction ends the coroutines that name themselves here.
    std::unordered_set<connection*> connections_;
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::optional<tcp_acceptor> tcp_;
    std::optional<unix_acceptor> unix_;
    std::thread thread_;
};

}  // namespace market::http
