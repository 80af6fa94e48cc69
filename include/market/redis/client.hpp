#pragma once
/// A Redis client for coroutines: one connection for each I/O thread that calls.
///
/// A call goes out on the connection of the io_context it is made from. All calls of one turn of
/// the loop go out in one write. Calls from other threads share one more connection, on a thread of
/// the client. A connection is opened when it is first needed, and again after it was lost. An idle
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
    std::string text;  ///< of a text, a status or an error
    std::vector<reply> items;
};

/// A Lua script, which the server runs as one step. Loaded when the server does not know it.
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
    std::chrono::milliseconds connect_timeout{
        1'000};  ///< for look-up, connection and log-in together
    std::chrono::milliseconds command_timeout{1'000};
    std::chrono::milliseconds pause_min{50};  ///< after a failed connect; doubles
    std::chrono::milliseconds pause_max{1'000};
    std::size_t commands_max = 20'000;     ///< not answered yet, of one connection
    std::size_t bytes_max = 64ULL << 20U;  ///< of such commands
};

/// Why a server cannot be used.
struct obstacle {
    std::string sentence;   ///< what and where; never a password
    bool may_pass = false;  ///< unreachable or starting: try again
};

/// Thread-safe; only check() blocks the calling thread. Destroy it when no call is under way. An
/// io_context that called may be destroyed before or after it, but not at the same time.
class client {
public:
    virtual ~client() = default;

    /// Sends the words of one command. A reply of kind `error` is Redis' own refusal.
    /// Errors: gate_unavailable (no connection, no answer in time, or too many calls under way; the
    /// command may have been carried out).
    virtual asio::awaitable<result<reply>> command(std::vector<std::string> words) = 0;

    /// Runs `code`, which has to outlive the call. The script gets `keys` in KEYS, the server's
    /// `run_id` in ARGV[1], and `arguments` from ARGV[2] on.
    /// Errors: those of command(), and gate_unavailable for Redis' own refusal.
    virtual asio::awaitable<result<reply>> evaluate(const script& code,
                                                    std::vector<std::string> keys,
                                                    std::vector<std::string> arguments) = 0;

    /// Starts evaluate() and does not wait; a failure is logged.
    virtual void evaluate_soon(const script& code, std::vector<std::string> keys,
                               std::vector<std::string> arguments) noexcept = 0;

    /// Connects and checks that the server can be used: version 5 or later, no replica, no part of
    /// a cluster, scripts allowed. Warns if it may evict keys. Blocks, at most for both timeouts.
    virtual std::optional<obstacle> check() = 0;
};

/// Connects to nothing yet. The URL is one of
///   redis://[[user]:password@]host[:port][/db]
///   unix:/path[?db=N]
///   redis+unix://[[user]:password@]/path[?db=N]
/// Makes the process ignore SIGPIPE, unless it handles it already: hiredis does not prevent it.
/// Errors: validation_failed with a sentence about the URL. It has no password.
result<std::unique_ptr<client>> open(const std::string& url, options chosen = {});

}  // namespace market::redis
