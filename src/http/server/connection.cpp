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

/// How much of a refused request is still read. Closing at once would send a reset, and the client
/// might never see the reply.
constexpr std::size_t linger_bytes_max = 256 * 1024;
constexpr std::chrono::seconds linger_wait{2};

/// Formatting the date costs more than parsing a request, so each thread keeps it for 250 ms.
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

connection::connection(stream_socket socket, std::string peer, const server_context& context,
                       const dispatcher& dispatcher)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      context_(context),
      dispatcher_(dispatcher) {
    boost::system::error_code closed;  // the first read notices
    socket_.non_blocking(true, closed);
}

void connection::wait_at_most(std::chrono::milliseconds span) {
    until_ = steady_clock::now() + span;
}

void connection::expire(deadline now) {
    if (now < until_) return;
    if (idle_ && has_more_input()) return;  // the waiting read takes it next
    close();
}

void connection::close_soon() {
    drain_until_ = std::min(drain_until_, steady_clock::now() + drain_wait);
    if (idle_) until_ = std::min(until_, drain_until_);
}

/// Have bytes arrived that belong to a later request?
bool connection::has_more_input() const {
    boost::system::error_code failed;  // counts as no bytes
    return reader_.has_bytes() || socket_.available(failed) > 0;
}

/// During a stop, pipelined requests are still answered until drain_until_.
bool connection::is_last_reply() {
    if (!reader_.current().keep_alive) return true;
    if (!context_.draining.load(std::memory_order_relaxed)) return false;
    return !has_more_input() || steady_clock::now() >= drain_until_;
}

void connection::close() {
    boost::system::error_code ignored;  // the socket is closed in any case
    socket_.close(ignored);
}

asio::awaitable<void> connection::run() {
    bool keep_open = true;
    // Not `while (co_await ...) {}`: GCC 12.2 compiles that to an illegal instruction.
    while (keep_open) keep_open = co_await serve_one();
    close();
}

/// Returns false when the connection has to close.
asio::awaitable<bool> connection::serve_one() {
    if (!reader_.has_bytes()) {
        idle_ = true;
        wait_at_most(idle_wait);
        until_ = std::min(until_, drain_until_);
    } else {
        wait_at_most(head_wait);
    }
    if (!co_await read_until(request_reader::stage::head)) co_return false;
    reader_.current().peer = peer_;
    reader_.current().traceparent = accept_traceparent(reader_.current().traceparent);
    auto head = dispatcher_.check_head(reader_.current());
    if (reader_.current().has_body) {
        if (reader_.current().expects_continue && !reader_.has_bytes()) {
            // The client waits before it sends the body. A refusal goes out without it.
            if (head.early_reply) {
                reader_.current().keep_alive = false;
                co_return co_await answer(std::move(head));
            }
            if (!co_await write_continue()) co_return false;
        }
        wait_at_most(body_wait);
    }
    if (!co_await read_until(request_reader::stage::whole)) co_return false;
    until_ = deadline::max();  // the services watch the request's deadline
    co_return co_await answer(std::move(head));
}

/// Returns false when the client is gone, or when its bytes were refused.
asio::awaitable<bool> connection::read_until(request_reader::stage stage) {
    while (true) {
        const auto reached = reader_.advance();
        if (!reached) {
            auto failure = reached.error();
            co_await refuse(std::move(failure));
            co_return false;
        }
        if (*reached == stage) {
            idle_ = false;
            co_return true;
        }
        const auto free_space = reader_.free_space();
        const auto buffer = asio::buffer(free_space.data(), free_space.size());
        const auto [failed, count] = co_await socket_.async_read_some(buffer, as_outcome);
        if (failed) co_return false;
        reader_.added(count);
        if (idle_) {
            idle_ = false;
            wait_at_most(head_wait);
        }
    }
}

asio::awaitable<bool> connection::write_continue() {
    std::string invitation = "HTTP/1.1 100 Continue\r\n\r\n";
    co_return co_await write(std::move(invitation));
}

asio::awaitable<bool> connection::answer(checked_head head) {
    const auto& request = reader_.current();
    const auto began = steady_clock::now();
    auto request_id = head.request_id;
    const auto* route = head.match.route;
    const auto reply = co_await dispatcher_.answer(std::move(head), request);
    const auto took = steady_clock::now() - began;
    count_request(route, reply.status, took);
    const bool close = is_last_reply();
    auto bytes = serialize(reply, {date_now(), request_id, close, request.method == "HEAD"});
    if (log::enabled(log::level::debug)) {
        log::debug(
            "http.request",
            {{"method", request.method},
             {"path", request.path},
             {"status", std::int64_t{reply.status}},
             {"took_us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
             {"request_id", std::move(request_id)},
             {"traceparent", request.traceparent}});
    }
    const bool written = co_await write(std::move(bytes));
    if (written && close) co_await linger();
    co_return written && !close;
}

/// Nobody knows where the next request would begin, so the connection ends.
asio::awaitable<void> connection::refuse(failure refused) {
    const auto request_id = accept_request_id("");
    auto bytes =
        serialize(problem_reply(refused, request_id), {date_now(), request_id, true, false});
    if (co_await write(std::move(bytes))) co_await linger();
}

asio::awaitable<bool> connection::write(std::string bytes) {
    // Nearly always the socket takes everything at once, without a turn of the event loop.
    boost::system::error_code refused;
    const auto taken = socket_.write_some(asio::buffer(bytes), refused);
    if (refused && refused != asio::error::would_block) co_return false;
    if (taken == bytes.size()) co_return true;
    wait_at_most(write_wait);
    const auto rest = asio::buffer(bytes) + taken;
    const auto [failed, count] = co_await asio::async_write(socket_, rest, as_outcome);
    co_return !failed;
}

/// Closing while the client still sends would reset the connection, and the reply could be lost
/// (RFC 9112 section 9.6). So close one direction, and read for a little while.
asio::awaitable<void> connection::linger() {
    if (context_.draining.load(std::memory_order_relaxed) && !has_more_input()) co_return;
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
