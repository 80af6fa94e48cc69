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
/// After a failed accept, most likely for want of descriptors: time for some to be closed.
constexpr std::chrono::milliseconds accept_pause{100};

void log_if_failed(const std::exception_ptr& failed) {
    if (failed) log::error("http.coroutine_failed");
}

/// Without the scope of a link-local address: the machine is the same on each link.
template <class Socket>
std::string peer_of(const Socket& socket) {
    boost::system::error_code failed;
    const auto end = socket.remote_endpoint(failed);
    if (failed) return "0.0.0.0";  // gone already
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

io_thread::io_thread(const world& shop, connection_count& count, std::size_t connections_max)
    : shop_(shop),
      count_(count),
      connections_max_(connections_max),
      work_(context_.get_executor()) {
    asio::co_spawn(context_, sweep(), log_if_failed);
    thread_ = std::thread([this] { context_.run(); });
}

io_thread::~io_thread() {
    drain();
    cut();
    // Handlers hold references to services and may be resumed by their threads.
    count_.wait_for_none(deadline::max());
    context_.stop();
    thread_.join();
}

void io_thread::accept_on(tcp_acceptor acceptor, const dispatcher& routes) {
    tcp_.emplace(std::move(acceptor));
    tcp_routes_ = &routes;
    asio::co_spawn(context_, accept_all(*tcp_, routes, counted(count_)), log_if_failed);
}

void io_thread::accept_on(unix_acceptor acceptor, const dispatcher& routes) {
    unix_.emplace(std::move(acceptor));
    unix_routes_ = &routes;
    asio::co_spawn(context_, accept_all(*unix_, routes, counted(count_)), log_if_failed);
}

void io_thread::finish_accepting() {
    if (tcp_ && tcp_->is_open()) accept_waiting(*tcp_, *tcp_routes_);
    if (unix_ && unix_->is_open()) accept_waiting(*unix_, *unix_routes_);
}

void io_thread::drain() {
    asio::post(context_, [this] {
        finish_accepting();
        for (auto* one : connections_) one->leave_soon();
    });
}

void io_thread::cut() {
    asio::post(context_, [this] {
        for (auto* one : connections_) one->close();
    });
}

/// Counted: a stop is not over while one that is accepted has yet to begin.
template <class Acceptor>
asio::awaitable<void> io_thread::accept_all(Acceptor& acceptor, const dispatcher& routes,
                                            [[maybe_unused]] counted open) {
    while (acceptor.is_open()) {
        bool goes_on = false;
        try {
            goes_on = co_await accept_one(acceptor, routes);
        } catch (const std::exception& failed) {  // for want of memory: that may pass
            log::error("http.accept_failed", {{"cause", std::string(failed.what())}});
        }
        if (!goes_on) co_await pause(accept_pause);
    }
}

/// False: not now.
template <class Acceptor>
asio::awaitable<bool> io_thread::accept_one(Acceptor& acceptor, const dispatcher& routes) {
    if (connections_.size() >= connections_max_) co_return false;
    auto [failed, socket] = co_await acceptor.async_accept(context_.get_executor(), as_outcome);
    if (failed == asio::error::operation_aborted) co_return true;
    if (failed == asio::error::connection_aborted) co_return true;
    if (failed) {
        log::warning("http.accept_failed", {{"cause", failed.message()}});
        co_return false;
    }
    begin(std::move(socket), routes);
    co_return true;
}

/// Those whom the kernel has accepted already may have sent a request: closing would reset them.
template <class Acceptor>
void io_thread::accept_waiting(Acceptor& acceptor, const dispatcher& routes) {
    boost::system::error_code failed;
    acceptor.non_blocking(true, failed);
    for (auto room = connections_max_; !failed && room > connections_.size(); --room) {
        auto socket = acceptor.accept(context_.get_executor(), failed);
        if (!failed) begin(std::move(socket), routes);
        if (failed == asio::error::connection_aborted) failed.clear();
    }
    boost::system::error_code ignored;
    acceptor.close(ignored);
}

template <class Socket>
void io_thread::begin(Socket socket, const dispatcher& routes) {
    std::string peer;
    if constexpr (std::is_same_v<typename Socket::protocol_type, asio::ip::tcp>) {
        boost::system::error_code ignored;  // slower without, but right
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        peer = peer_of(socket);
    }
    asio::co_spawn(
        context_, serve(stream_socket(std::move(socket)), std::move(peer), routes, counted(count_)),
        log_if_failed);
}

asio::awaitable<void> io_thread::serve(stream_socket socket, std::string peer,
                                       const dispatcher& routes, counted open) {
    connection client(std::move(socket), std::move(peer), shop_, routes);
    struct enrolled {
        io_thread& thread;
        connection* client;
        counted open;
        enrolled(io_thread& in, connection& of, counted one)
            : thread(in), client(&of), open(std::move(one)) {
            thread.connections_.insert(client);
        }
        enrolled(const enrolled&) = delete;
        enrolled& operator=(const enrolled&) = delete;
        ~enrolled() { thread.connections_.erase(client); }
    };
    const enrolled here(*this, client, std::move(open));
    if (shop_.draining.load(std::memory_order_relaxed)) client.leave_soon();
    co_await client.run();
}

asio::awaitable<void> io_thread::sweep() {
    while (true) {
        co_await pause(sweep_every);
        const auto now = std::chrono::steady_clock::now();
        for (auto* one : connections_) one->expire(now);
    }
}

asio::awaitable<void> io_thread::pause(std::chrono::milliseconds span) {
    asio::steady_timer timer(context_, span);
    co_await timer.async_wait(as_outcome);
}

}  // namespace market::http
