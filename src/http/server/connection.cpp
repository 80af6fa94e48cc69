#include "server/connection.hpp"

#include "dispatch/trace.hpp"
#include "message/problem.hpp"
#include "server/http_metrics.hpp"

#include <market/base/log.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>

namespace market::http {
namespace {

using std::chrono::steady_clock;

constexpr auto as_outcome = asio::as_tuple(asio::use_awaitable);

/// How much of a refused request is still read, so that the client sees the reply and not a reset.
constexpr std::size_t linger_bytes_max = 256 * 1024;
constexpr std::chrono::seconds linger_wait{2};

/// Formatting the date costs more than parsing a request: once a second a thread.
std::string_view date_now() {
    thread_local std::string text;
    thread_local steady_clock::time_point made{};
    const auto now = steady_clock::now();
    if (text.empty() || now - made > std::chrono::milliseconds(250)) {
        text = http_date();
        made = now;
    }
    return text;
}

}  // namespace

connection::connection(stream_socket socket, std::string peer, const world& shop,
                       const dispatcher& routes)
    : socket_(std::move(socket)), peer_(std::move(peer)), shop_(shop), routes_(routes) {
    boost::system::error_code closed;  // which the first read finds out
    socket_.non_blocking(true, closed);
}

void connection::wait_at_most(std::chrono::milliseconds span) {
    until_ = steady_clock::now() + span;
}

void connection::expire(deadline now) {
    if (now < until_) return;
    if (idle_ && more_has_come()) return;  // the read that waits takes it next
    close();
}

void connection::leave_soon() {
    leave_at_ = std::min(leave_at_, steady_clock::now() + leave_wait);
    if (idle_) until_ = std::min(until_, leave_at_);
}

/// Bytes of a request that was not yet begun.
bool connection::more_has_come() const {
    boost::system::error_code failed;  // then nothing has
    return reader_.has_bytes() || socket_.available(failed) > 0;
}

/// In a stop, requests sent one behind the other are still answered, for a little while.
bool connection::is_last_reply() {
    if (!reader_.current().keep_alive) return true;
    if (!shop_.draining.load(std::memory_order_relaxed)) return false;
    return !more_has_come() || steady_clock::now() >= leave_at_;
}

void connection::close() {
    boost::system::error_code ignored;  // it is closed afterwards in any case
    socket_.close(ignored);
}

asio::awaitable<void> connection::run() {
    bool goes_on = true;
    // Not `while (co_await ...) {}`: GCC 12.2 makes an illegal instruction of it.
    while (goes_on) goes_on = co_await serve_one();
    close();
}

/// False: the connection is over.
asio::awaitable<bool> connection::serve_one() {
    if (!reader_.has_bytes()) {
        idle_ = true;
        wait_at_most(idle_wait);
        until_ = std::min(until_, leave_at_);
    } else {
        wait_at_most(head_wait);
    }
    if (!co_await read_until(request_reader::stage::head)) co_return false;
    reader_.current().peer = peer_;
    reader_.current().traceparent = accept_traceparent(reader_.current().traceparent);
    auto opened = routes_.open(reader_.current());
    if (reader_.current().has_body) {
        if (reader_.current().expects_continue && !reader_.has_bytes()) {
            // The client waits for leave to send the body: a refusal that does not need it comes
            // first.
            if (opened.settled) {
                reader_.current().keep_alive = false;
                co_return co_await answer(std::move(opened));
            }
            if (!co_await invite_body()) co_return false;
        }
        wait_at_most(body_wait);
    }
    if (!co_await read_until(request_reader::stage::whole)) co_return false;
    until_ = deadline::max();  // the services keep the request's deadline
    co_return co_await answer(std::move(opened));
}

/// False: the client is gone, or was told that it cannot be understood.
asio::awaitable<bool> connection::read_until(request_reader::stage wanted) {
    while (true) {
        const auto reached = reader_.advance();
        if (!reached) {
            auto refused = reached.error();
            co_await refuse(std::move(refused));
            co_return false;
        }
        if (*reached == wanted) {
            idle_ = false;
            co_return true;
        }
        const auto room = reader_.room();
        const auto buffer = asio::buffer(room.data(), room.size());
        const auto [failed, count] = co_await socket_.async_read_some(buffer, as_outcome);
        if (failed) co_return false;
        reader_.added(count);
        if (idle_) {
            idle_ = false;
            wait_at_most(head_wait);
        }
    }
}

asio::awaitable<bool> connection::invite_body() {
    std::string invitation = "HTTP/1.1 100 Continue\r\n\r\n";
    co_return co_await write(std::move(invitation));
}

asio::awaitable<bool> connection::answer(opening opened) {
    const auto& sent = reader_.current();
    const auto began = steady_clock::now();
    auto request_id = opened.request_id;
    const auto* route = opened.where.to;
    const auto done = co_await routes_.answer(std::move(opened), sent);
    const auto took = steady_clock::now() - began;
    count_request(route, done.status, took);
    const bool close = is_last_reply();
    auto bytes = serialize(done, {date_now(), request_id, close, sent.method == "HEAD"});
    if (log::enabled(log::level::debug)) {
        log::debug(
            "http.request",
            {{"method", sent.method},
             {"path", sent.path},
             {"status", std::int64_t{done.status}},
             {"took_us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
             {"request_id", std::move(request_id)},
             {"traceparent", sent.traceparent}});
    }
    const bool written = co_await write(std::move(bytes));
    if (written && close) co_await linger();
    co_return written && !close;
}

/// What follows on this connection has no known beginning: it ends here.
asio::awaitable<void> connection::refuse(failure refused) {
    const auto request_id = accept_request_id("");
    auto bytes =
        serialize(problem_reply(refused, request_id), {date_now(), request_id, true, false});
    if (co_await write(std::move(bytes))) co_await linger();
}

asio::awaitable<bool> connection::write(std::string bytes) {
    // What the socket takes at once, as nearly always, needs no turn of the loop.
    boost::system::error_code refused;
    const auto taken = socket_.write_some(asio::buffer(bytes), refused);
    if (refused && refused != asio::error::would_block) co_return false;
    if (taken == bytes.size()) co_return true;
    wait_at_most(write_wait);
    const auto rest = asio::buffer(bytes) + taken;
    const auto [failed, count] = co_await asio::async_write(socket_, rest, as_outcome);
    co_return !failed;
}

/// Closing while the client still sends would reset the connection and could take the reply with
/// it (RFC 9112 section 9.6): close one direction, read what comes, a little while.
asio::awaitable<void> connection::linger() {
    if (shop_.draining.load(std::memory_order_relaxed) && !more_has_come()) co_return;
    wait_at_most(linger_wait);
    boost::system::error_code failed;
    socket_.shutdown(asio::socket_base::shutdown_send, failed);
    std::array<char, 4096> rest;
    for (std::size_t total = 0; !failed && total < linger_bytes_max;) {
        const auto buffer = asio::buffer(rest);
        const auto [ended, count] = co_await socket_.async_read_some(buffer, as_outcome);
        failed = ended;
        total += count;
    }
}

}  // namespace market::http
