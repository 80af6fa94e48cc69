#pragma once
/// Redis, spoken to from coroutines: one connection for each I/O thread that calls.
///
/// A call goes out on the connection of the io_context it is made from, all calls of one turn of
/// its loop in one write; calls from anywhere else share one more, on a thread of the client's
/// own. Connections are made when first needed and made anew when needed after a loss. An idle
/// connection keeps no work in its io_context.
#include <market/base/error.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace market::redis {

namespace asio = boost::asio;

struct reply {
    enum class kind { nil, integer, text, array, error };
    kind what = kind::nil;
    std::int64_t integer = 0;
    std::string text;  ///< of text (statuses, too) and error
    std::vector<reply> items;
};

/// Lua that runs in the server as one step. Loaded when a server does not know it.
class script {
public:
    explicit script(std::string text);
    const std::string& text() const { return text_; }
    const std::string& sha1() const { return sha1_; }  ///< 40 hexadecimal digits

private:
    std::string text_;
    std::string sha1_;
};

struct options {
    std::chrono::milliseconds connect_timeout{1'000};  ///< look-up, connect, log-in: all of it
    std::chrono::milliseconds command_timeout{1'000};
    std::chrono::milliseconds pause_min{50};  ///< after a failed connect; doubles
    std::chrono::milliseconds pause_max{1'000};
    std::size_t commands_max = 20'000;     ///< not answered yet, a connection
    std::size_t bytes_max = 64ULL << 20U;  ///< of such commands
};

/// Why a server cannot be used.
struct obstacle {
    std::string sentence;   ///< what and where; never a password
    bool may_pass = false;  ///< unreachable or starting: worth another try
};

/// Thread-safe; never blocks the calling thread but in check(). Destroyed when no call is under
/// way; an io_context that called is destroyed before it, or outlives it without being destroyed
/// at the same time.
class client {
public:
    virtual ~client() = default;

    /// Sends the words of one command. A reply of kind `error` is Redis' own refusal.
    /// Errors: gate_unavailable (no connection, no answer in time, too much under way: whether the
    /// command was carried out is not known).
    virtual asio::awaitable<result<reply>> command(std::vector<std::string> words) = 0;

    /// Runs `code`, which has to outlive the call. It finds the keys in KEYS, in ARGV[1] the
    /// `run_id` of the server that runs it, and `arguments` from ARGV[2] on.
    /// Errors: those of command(), and gate_unavailable for Redis' own refusal.
    virtual asio::awaitable<result<reply>> evaluate(const script& code,
                                                    std::vector<std::string> keys,
                                                    std::vector<std::string> arguments) = 0;

    /// Starts evaluate() and does not wait; a failure is logged.
    virtual void evaluate_soon(const script& code, std::vector<std::string> keys,
                               std::vector<std::string> arguments) noexcept = 0;

    /// Connects and asks whether the server is one to work with: of version 5 or later, no replica,
    /// no part of a cluster, scripts allowed. Blocks, at most for both timeouts. Warns of a server
    /// that may evict keys.
    virtual std::optional<obstacle> check() = 0;
};

/// `redis://[[user]:password@]host[:port][/db]`, `unix:/path` or
/// `redis+unix://[[user]:password@]/path`, both with `?db=N`. Connects to nothing yet. Has the
/// process ignore SIGPIPE, unless it handles that already: hiredis writes to sockets without
/// asking to be spared it.
/// Errors: validation_failed (the URL; the sentence holds no password).
result<std::unique_ptr<client>> open(const std::string& url, options chosen = {});

}  // namespace market::redis
