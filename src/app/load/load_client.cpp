#include "load/load_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <list>
#include <stdexcept>

namespace market::app {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

constexpr std::chrono::seconds silence_max{30};
constexpr std::size_t reply_bytes_max = 1u << 20;

struct reply {
    int status = 0;
    std::string code;  ///< of a problem document
    std::chrono::seconds retry_after{1};
};

bool same_name(std::string_view left, std::string_view lower) {
    return std::ranges::equal(left, lower, [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == b;
    });
}

/// The value of a header in `head`, whose names may be in any case; `name` in lower case.
std::string_view header(std::string_view head, std::string_view name) {
    for (auto at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at)) {
        auto line = head.substr(++at);
        if (line.size() <= name.size() || line[name.size()] != ':') continue;
        if (!same_name(line.substr(0, name.size()), name)) continue;
        auto value = line.substr(name.size() + 1);
        value = value.substr(0, value.find('\r'));
        while (value.starts_with(' ')) value.remove_prefix(1);
        return value;
    }
    return {};
}

std::size_t number(std::string_view digits, std::size_t otherwise) {
    std::size_t value = otherwise;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

/// One keep-alive connection. Used by the one thread of the load.
class connection {
public:
    connection(asio::io_context& context, const tcp::resolver::results_type& target)
        : socket_(context), target_(target) {}

    /// Sends the request and reads one reply; empty when the connection failed.
    asio::awaitable<std::optional<reply>> exchange(const std::string& request) {
        waiting_since_ = steady::now();
        std::optional<reply> out;
        const bool open = co_await connected();
        if (open) {
            const bool whole = co_await sent(request);
            if (whole) out = co_await read_reply();
        }
        waiting_since_.reset();
        if (!out) close();
        co_return out;
    }

    /// Gives up an exchange in which nothing came for too long.
    void watch(steady::time_point now) {
        if (waiting_since_ && now - *waiting_since_ > silence_max) close();
    }

private:
    asio::awaitable<bool> connected() {
        if (socket_.is_open()) co_return true;
        buffer_.clear();
        error_code error;
        co_await asio::async_connect(socket_, target_,
                                     asio::redirect_error(asio::use_awaitable, error));
        if (!error) socket_.set_option(tcp::no_delay{true}, error);
        if (!error) socket_.non_blocking(true, error);
        co_return !error;
    }

    asio::awaitable<bool> sent(const std::string& request) {
        error_code error;
        const auto taken = socket_.write_some(asio::buffer(request), error);
        if (!error && taken == request.size()) co_return true;
        if (error && error != asio::error::would_block) co_return false;
        co_await asio::async_write(socket_, asio::buffer(request) + taken,
                                   asio::redirect_error(asio::use_awaitable, error));
        co_return !error;
    }

    asio::awaitable<bool> receive() {
        error_code error;
        const auto got = co_await socket_.async_read_some(
            asio::buffer(chunk_), asio::redirect_error(asio::use_awaitable, error));
        buffer_.append(chunk_.data(), got);
        co_return !error && buffer_.size() <= reply_bytes_max;
    }

    asio::awaitable<std::optional<reply>> read_reply() {
        std::size_t head_end = 0;
        while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos) {
            if (!co_await receive()) co_return std::nullopt;
        }
        reply out;
        const std::string_view head{buffer_.data(), head_end + 2};  // until the next receive()
        out.status = static_cast<int>(number(head.substr(9, 3), 0));
        if (out.status == 503)
            out.retry_after = std::chrono::seconds{number(header(head, "retry-after"), 1)};
        const bool is_last = header(head, "connection") == "close";
        const auto length = number(header(head, "content-length"), reply_bytes_max);
        const auto end = head_end + 4 + length;
        while (buffer_.size() < end) {
            if (!co_await receive()) co_return std::nullopt;
        }
        if (out.status >= 400)
            out.code = code_in(std::string_view{buffer_}.substr(head_end + 4, length));
        buffer_.erase(0, end);
        if (is_last) close();
        co_return out;
    }

    static std::string code_in(std::string_view problem) {
        static constexpr std::string_view mark = "\"code\":\"";
        const auto at = problem.find(mark);
        if (at == std::string_view::npos) return "unreadable";
        problem.remove_prefix(at + mark.size());
        return std::string{problem.substr(0, problem.find('"'))};
    }

    void close() {
        error_code ignored;
        socket_.close(ignored);
    }

    tcp::socket socket_;
    const tcp::resolver::results_type& target_;
    std::string buffer_;
    std::array<char, 16'384> chunk_{};
    std::optional<steady::time_point> waiting_since_;
};

class crowd {
public:
    explicit crowd(const load_plan& plan) : plan_(plan), watchdog_(context_) {
        error_code error;
        target_ = tcp::resolver{context_}.resolve(plan.target.host,
                                                  std::to_string(plan.target.port), error);
        if (error) throw std::runtime_error{plan.target.host + ": " + error.message()};
        head_ = "POST /v1/orders HTTP/1.1\r\nHost: " + plan.target.host +
                "\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(plan.body.size()) + "\r\nAuthorization: Bearer ";
    }

    load_tally run() {
        start_ = steady::now();
        for (std::size_t i = 0; i < plan_.connections; ++i) {
            auto& one = connections_.emplace_back(context_, target_);
            ++at_work_;
            asio::co_spawn(context_, drive(one), asio::detached);
        }
        asio::co_spawn(context_, watch(), asio::detached);
        context_.run();
        tally_.whole = steady::now() - start_;
        return std::move(tally_);
    }

private:
    asio::awaitable<void> drive(connection& line) {
        asio::steady_timer timer{context_};
        while (auto wanted = plan_.next()) {
            if (wanted->due > steady::now()) {
                timer.expires_at(wanted->due);
                co_await timer.async_wait(asio::use_awaitable);
            }
            ++tally_.attempts;
            std::string request = head_;
            request.append(wanted->token)
                .append("\r\nIdempotency-Key: ")
                .append(wanted->key)
                .append("\r\n\r\n")
                .append(plan_.body);
            std::optional<reply> answer;
            for (std::size_t tries = 0;; ++tries) {
                answer = co_await line.exchange(request);
                const bool again = !answer || answer->status == 503;
                if (!again || tries >= plan_.retries_max) break;
                timer.expires_after(answer ? answer->retry_after : std::chrono::seconds{1});
                co_await timer.async_wait(asio::use_awaitable);
            }
            count(answer, steady::now() - wanted->due);
        }
        if (--at_work_ == 0) watchdog_.cancel();
    }

    void count(const std::optional<reply>& answer, steady::duration took) {
        if (answer) {
            const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
            tally_.micros.push_back(
                static_cast<std::uint32_t>(std::clamp<std::int64_t>(micros, 0, UINT32_MAX)));
        }
        if (answer && answer->status == 201) {
            ++tally_.sold;
            tally_.selling = steady::now() - start_;
        } else if (answer && answer->status >= 400 && answer->status != 500 &&
                   !answer->code.empty()) {
            ++tally_.refused[answer->code];
        } else {
            ++tally_.errors;
        }
    }

    asio::awaitable<void> watch() {
        error_code cancelled;
        while (at_work_ != 0 && !cancelled) {
            watchdog_.expires_after(std::chrono::seconds{1});
            co_await watchdog_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
            for (auto& one : connections_) one.watch(steady::now());
        }
    }

    const load_plan& plan_;
    asio::io_context context_{1};
    asio::steady_timer watchdog_;
    tcp::resolver::results_type target_;
    std::string head_;
    std::list<connection> connections_;
    std::size_t at_work_ = 0;
    steady::time_point start_;
    load_tally tally_;
};

}  // namespace

std::uint64_t load_tally::refusals() const {
    std::uint64_t sum = 0;
    for (const auto& [code, count] : refused) sum += count;
    return sum;
}

load_tally run_load(const load_plan& plan) { return crowd{plan}.run(); }

}  // namespace market::app
