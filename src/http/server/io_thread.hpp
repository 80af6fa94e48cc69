#pragma once
#include "server/connection.hpp"
#include "server/listener.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>

namespace market::http {

/// The number of open connections and acceptors of all threads. Thread-safe.
class connection_count {
public:
    void add(std::ptrdiff_t change);
    /// False when some are still open at `until`.
    bool wait_for_none(deadline until);

private:
    std::mutex guard_;
    std::condition_variable changed_;
    std::ptrdiff_t open_ = 0;
};

/// Counts for one as long as it lives.
class counted_connection {
public:
    explicit counted_connection(connection_count& count) : count_(&count) { count.add(1); }
    counted_connection(counted_connection&& from) noexcept
        : count_(std::exchange(from.count_, nullptr)) {}
    counted_connection& operator=(counted_connection&&) = delete;
    ~counted_connection() {
        if (count_) count_->add(-1);
    }

private:
    connection_count* count_;
};

/// A thread with its own io_context, acceptors and connections: no locks between threads. It runs
/// from construction to destruction, since handlers may outlive a stop.
class io_thread {
public:
    /// `connections_max`: further clients wait in the backlog. `context` and `count` outlive it.
    io_thread(const server_context& context, connection_count& count, std::size_t connections_max);
    /// Closes all connections and waits for the handlers that still run.
    ~io_thread();
    io_thread(const io_thread&) = delete;
    io_thread& operator=(const io_thread&) = delete;

    asio::io_context& io_context() { return io_context_; }

    // These may be called from any thread. `dispatcher` outlives the io_thread.
    void accept_on(tcp_acceptor acceptor, const dispatcher& dispatcher);
    void accept_on(unix_acceptor acceptor, const dispatcher& dispatcher);
    /// Accepts what waits in the backlog, then nothing more. Connections close soon.
    void drain();
    /// Requests in flight get no answer.
    void close_connections();

private:
    template <class Acceptor>
    asio::awaitable<void> accept_all(Acceptor& acceptor, const dispatcher& dispatcher,
                                     counted_connection counted);
    template <class Acceptor>
    asio::awaitable<bool> accept_one(Acceptor& acceptor, const dispatcher& dispatcher);
    template <class Acceptor>
    void accept_waiting(Acceptor& acceptor, const dispatcher& dispatcher);
    template <class Socket>
    void start_connection(Socket socket, const dispatcher& dispatcher);
    asio::awaitable<void> serve(stream_socket socket, std::string peer,
                                const dispatcher& dispatcher, counted_connection counted);
    asio::awaitable<void> sweep();
    asio::awaitable<void> pause(std::chrono::milliseconds span);
    void finish_accepting();

    const server_context& context_;
    connection_count& count_;
    const std::size_t connections_max_;
    // Declared before the io_context: its destruction ends coroutines that remove themselves here.
    std::unordered_set<connection*> connections_;
    asio::io_context io_context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::optional<tcp_acceptor> tcp_;
    std::optional<unix_acceptor> unix_;
    const dispatcher* tcp_dispatcher_ = nullptr;
    const dispatcher* unix_dispatcher_ = nullptr;
    std::thread thread_;
};

}  // namespace market::http
