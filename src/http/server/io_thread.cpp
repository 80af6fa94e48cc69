#include "server/io_thread.hpp"

#include <market/base/log.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <type_traits>

namespace market::http {
namespace {

constexpr auto as_outcome = asio::as_tuple(asio::use_awaitable);

/// How late a deadline may be noticed.
constexpr std::chrono::milliseconds sweep_every{250};
/// After a failed accept, most likely for lack of descriptors: time for some to be closed.
constexpr std::chrono::milliseconds accept_pause{100};

void log_if_failed(const std::exception_ptr& failed) {
    if (failed) log::error("http.coroutine_failed");
}

/// Drops the scope of a link-local address: the machine is the same on each link.
template <class Socket>
std::string peer_of(const Socket& socket) {
    boost::system::error_code failed;
    const auto end = socket.remote_endpoint(failed);
    if (failed) return "0.0.0.0";  // the client is gone
    if (end.address().is_v4()) return end.address().to_string();
    return asio::ip::make_address_v6(end.address().to_v6().to_bytes()).to_string();
}

}  // namespace

void connection_count::add(std::ptrdiff_t change) {
    const std::lock_guard lock(guard_);
    open_ += change;
    if (open_ == 0) changed_.notify_all();
}

bool connection_count::wait_for_none(deadline until) {
    std::unique_lock lock(guard_);
    return changed_.wait_until(lock, until, [this] { return open_ == 0; });
}

io_thread::io_thread(const server_context& context, connection_count& count,
                     std::size_t connections_max)
    : context_(context),
      count_(count),
      connections_max_(connections_max),
      work_(io_context_.get_executor()) {
    asio::co_spawn(io_context_, sweep(), log_if_failed);
    thread_ = std::thread([this] { io_context_.run(); });
}

io_thread::~io_thread() {
    drain();
    close_connections();
    // Handlers hold references to services and may be resumed by their threads.
    count_.wait_for_none(deadline::max());
    io_context_.stop();
    thread_.join();
}

void io_thread::accept_on(tcp_acceptor acceptor, const dispatcher& dispatcher) {
    tcp_.emplace(std::move(acceptor));
    tcp_dispatcher_ = &dispatcher;
    asio::co_spawn(io_context_, accept_all(*tcp_, dispatcher, counted_connection(count_)),
                   log_if_failed);
}

void io_thread::accept_on(unix_acceptor acceptor, const dispatcher& dispatcher) {
    unix_.emplace(std::move(acceptor));
    unix_dispatcher_ = &dispatcher;
    asio::co_spawn(io_context_, accept_all(*unix_, dispatcher, counted_connection(count_)),
                   log_if_failed);
}

void io_thread::finish_accepting() {
    if (tcp_ && tcp_->is_open()) accept_waiting(*tcp_, *tcp_dispatcher_);
    if (unix_ && unix_->is_open()) accept_waiting(*unix_, *unix_dispatcher_);
}

void io_thread::drain() {
    asio::post(io_context_, [this] {
        finish_accepting();
        for (auto* client : connections_) client->close_soon();
    });
}

void io_thread::close_connections() {
    asio::post(io_context_, [this] {
        for (auto* client : connections_) client->close();
    });
}

/// Counted, so that a stop waits for connections that were accepted but have not begun.
template <class Acceptor>
asio::awaitable<void> io_thread::accept_all(Acceptor& acceptor, const dispatcher& dispatcher,
                                            [[maybe_unused]] counted_connection counted) {
    while (acceptor.is_open()) {
        bool goes_on = false;
        try {
            goes_on = co_await accept_one(acceptor, dispatcher);
        } catch (const std::exception& failed) {  // out of memory, which may pass
            log::error("http.accept_failed", {{"cause", std::string(failed.what())}});
        }
        if (!goes_on) co_await pause(accept_pause);
    }
}

/// Returns false when it cannot accept at the moment.
template <class Acceptor>
asio::awaitable<bool> io_thread::accept_one(Acceptor& acceptor, const dispatcher& dispatcher) {
    if (connections_.size() >= connections_max_) co_return false;
    auto [failed, socket] = co_await acceptor.async_accept(io_context_.get_executor(), as_outcome);
    if (failed == asio::error::operation_aborted) co_return true;
    if (failed == asio::error::connection_aborted) co_return true;
    if (failed) {
        log::warning("http.accept_failed", {{"cause", failed.message()}});
        co_return false;
    }
    start_connection(std::move(socket), dispatcher);
    co_return true;
}

/// Clients that the kernel has accepted may have sent a request; closing now would reset them.
template <class Acceptor>
void io_thread::accept_waiting(Acceptor& acceptor, const dispatcher& dispatcher) {
    boost::system::error_code failed;
    acceptor.non_blocking(true, failed);
    for (auto room = connections_max_; !failed && room > connections_.size(); --room) {
        auto socket = acceptor.accept(io_context_.get_executor(), failed);
        if (!failed) start_connection(std::move(socket), dispatcher);
        if (failed == asio::error::connection_aborted) failed.clear();
    }
    boost::system::error_code ignored;
    acceptor.close(ignored);
}

template <class Socket>
void io_thread::start_connection(Socket socket, const dispatcher& dispatcher) {
    std::string peer;
    if constexpr (std::is_same_v<typename Socket::protocol_type, asio::ip::tcp>) {
        boost::system::error_code ignored;  // without it replies are slower, not wrong
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        peer = peer_of(socket);
    }
    asio::co_spawn(io_context_,
                   serve(stream_socket(std::move(socket)), std::move(peer), dispatcher,
                         counted_connection(count_)),
                   log_if_failed);
}

asio::awaitable<void> io_thread::serve(stream_socket socket, std::string peer,
                                       const dispatcher& dispatcher, counted_connection counted) {
    connection client(std::move(socket), std::move(peer), context_, dispatcher);
    struct registration {
        io_thread& thread;
        connection* client;
        counted_connection counted;
        registration(io_thread& in, connection& of, counted_connection one)
            : thread(in), client(&of), counted(std::move(one)) {
            thread.connections_.insert(client);
        }
        registration(const registration&) = delete;
        registration& operator=(const registration&) = delete;
        ~registration() { thread.connections_.erase(client); }
    };
    const registration registered(*this, client, std::move(counted));
    if (context_.draining.load(std::memory_order_relaxed)) client.close_soon();
    co_await client.run();
}

asio::awaitable<void> io_thread::sweep() {
    while (true) {
        co_await pause(sweep_every);
        const auto now = std::chrono::steady_clock::now();
        for (auto* client : connections_) client->expire(now);
    }
}

asio::awaitable<void> io_thread::pause(std::chrono::milliseconds span) {
    asio::steady_timer timer(io_context_, span);
    co_await timer.async_wait(as_outcome);
}

}  // namespace market::http
