#include "server/metrics_server.hpp"

#include <market/base/log.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace market::app {
namespace {

using asio::ip::tcp;
constexpr auto as_outcome = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds request_max{10};
constexpr std::chrono::milliseconds after_failed_accept{100};
constexpr std::size_t head_bytes_max = 8 * 1024;
constexpr int connections_max = 32;

std::string reply(std::string_view status, std::string_view body, bool with_body) {
    std::string out = "HTTP/1.1 ";
    out.append(status);
    out += "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nConnection: close\r\n";
    out += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    if (with_body) out.append(body);
    return out;
}

/// `head` begins with the request line.
std::string answer(std::string_view head, const std::function<std::string()>& page) {
    const auto method = head.substr(0, head.find(' '));
    const bool is_head = method == "HEAD";
    auto target = head.substr(std::min(head.size(), method.size() + 1));
    target = target.substr(0, target.find_first_of(" ?\r"));
    if (target != "/metrics") return reply("404 Not Found", "see /metrics\n", !is_head);
    if (method != "GET" && !is_head)
        return reply("405 Method Not Allowed\r\nAllow: GET, HEAD", "", true);
    return reply("200 OK", page(), !is_head);
}

}  // namespace

metrics_server::~metrics_server() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

bool metrics_server::start(const std::string& address, std::uint16_t port) {
    const tcp::endpoint at{asio::ip::make_address(address), port};
    boost::system::error_code refused;
    acceptor_.open(at.protocol(), refused);
    if (!refused) acceptor_.set_option(asio::socket_base::reuse_address{true}, refused);
    if (!refused) acceptor_.bind(at, refused);
    if (!refused) acceptor_.listen(asio::socket_base::max_listen_connections, refused);
    if (refused) {
        log::warning(
            "metrics.not_served",
            {{"address", address}, {"port", std::int64_t{port}}, {"detail", refused.message()}});
        return false;
    }
    asio::co_spawn(context_, accept(), asio::detached);
    thread_ = std::thread{[this] { context_.run(); }};
    return true;
}

asio::awaitable<void> metrics_server::accept() {
    for (;;) {
        auto [failed, client] = co_await acceptor_.async_accept(as_outcome);
        if (failed) {  // out of descriptors, perhaps
            asio::steady_timer pause{context_, after_failed_accept};
            co_await pause.async_wait(as_outcome);
            continue;
        }
        if (open_ < connections_max)
            asio::co_spawn(context_, serve(std::move(client)), asio::detached);
    }
}

asio::awaitable<void> metrics_server::serve(tcp::socket accepted) {
    ++open_;
    const auto client = std::make_shared<tcp::socket>(std::move(accepted));
    asio::steady_timer limit{context_, request_max};
    limit.async_wait([client](const boost::system::error_code& cancelled) {
        boost::system::error_code ignored;
        if (!cancelled) client->close(ignored);
    });
    std::string head;
    const auto room = asio::dynamic_buffer(head, head_bytes_max);
    const auto [unread, size] =
        co_await asio::async_read_until(*client, room, "\r\n\r\n", as_outcome);
    if (!unread) {
        std::string said;
        try {
            said = answer(head, page_);
        } catch (const std::exception& failed) {
            log::error("metrics.failed", {{"detail", failed.what()}});
            said = reply("500 Internal Server Error", "", true);
        }
        const auto bytes = asio::buffer(said);
        co_await asio::async_write(*client, bytes, as_outcome);
    }
    limit.cancel();
    --open_;
}

}  // namespace market::app
