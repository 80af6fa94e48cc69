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

/// How many connections and acceptors are open on all threads. Thread-safe.
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

/// One that is counted as long as it lives.
class counted {
public:
    explicit counted(connection_count& in) : in_(&in) { in.add(1); }
    counted(counted&& from) noexcept : in_(std::exchange(from.in_, nullptr)) {}
    counted& operator=(counted&&) = delete;
    ~counted() {
        if (in_) in_->add(-1);
    }

private:
    connection_count* in_;
};

/// One thread with its own io_context, acceptors and connections: nothing is shared, nothing
/// locked. It runs from construction to destruction, since handlers may outlive a stop.
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
    /// Accepts what waits in the backlog, then no more; all connections are to leave soon.
    void drain();
    /// Closes all connections; what they had under way is not answered.
    void cut();

private:
    template <class Acceptor>
    asio::awaitable<void> accept_all(Acceptor& acceptor, const dispatcher& routes, counted open);
    template <class Acceptor>
    asio::awaitable<bool> accept_one(Acceptor& acceptor, const dispatcher& routes);
    template <class Acceptor>
    void accept_waiting(Acceptor& acceptor, const dispatcher& routes);
    template <class Socket>
    void begin(Socket socket, const dispatcher& routes);
    asio::awaitable<void> serve(stream_socket socket, std::string peer, const dispatcher& routes,
                                counted open);
    asio::awaitable<void> sweep();
    asio::awaitable<void> pause(std::chrono::milliseconds span);
    void finish_accepting();

    const world& shop_;
    connection_count& count_;
    const std::size_t connections_max_;
    // Before the context, whose destruction ends the coroutines that name themselves here.
    std::unordered_set<connection*> connections_;
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::optional<tcp_acceptor> tcp_;
    std::optional<unix_acceptor> unix_;
    const dispatcher* tcp_routes_ = nullptr;
    const dispatcher* unix_routes_ = nullptr;
    std::thread thread_;
};

}  // namespace market::http
