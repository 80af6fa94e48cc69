#pragma once
/// One connection to Redis on one io_context.
#include "greeting.hpp"
#include "request.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

struct redisAsyncContext;

namespace market::redis {

/// The rules of using hiredis:
/// 1. One context lives at a time, used on the strand only. Any call into hiredis may end it:
///    `context_` is then empty, and tidy_up() checks that after each call.
/// 2. A callback destroys and resumes nothing: it posts.
/// 3. Each command gets one callback, in order of sending; its reply is empty when the context
///    ends. Nobody waits for a late reply: its connection is closed.
/// 4. Never redisAsyncDisconnect (it may wait for ever): a context is freed.
/// 5. Asio owns the descriptor until the clean-up hook, just before hiredis closes it.
/// 6. Asio looks up addresses: hiredis would block on a name, and does not on a number.
/// 7. hiredis' buffers have no bounds, so commands and bytes under way are counted here.
class link : public std::enable_shared_from_this<link> {
public:
    link(asio::io_context& context, std::shared_ptr<const server_address> server,
         const options& chosen);
    ~link();
    link(const link&) = delete;
    link& operator=(const link&) = delete;

    /// Thread-safe. `done` is called with the answer or with gate_unavailable.
    void send(request_ptr one);
    /// Thread-safe. Like send(), but connects even right after a failed connect.
    void send_at_once(request_ptr one);
    /// Thread-safe. Ends the connection soon; call nothing else afterwards.
    void leave();
    /// Called while the io_context is being destroyed: ends the connection now and drops callers.
    void drop();

    // On the strand, so from `done`:
    const std::optional<obstacle>& trouble() const { return trouble_; }
    const server_facts& facts() const { return facts_; }

private:
    using executor = asio::strand<asio::io_context::executor_type>;
    enum class state { down, looking_up, greeting, ready };

    void take_in();
    void dial();
    void connect_to(const std::string& ip);
    void adopt(redisAsyncContext* fresh);
    void greet();
    void greeted(const std::string& command, const result<reply>& answer);
    void ready();
    void turn_away(std::string why);

    bool peer_is_there() const;
    void write(const request_ptr& one);
    void flush();
    void tidy_up();
    void wait_readable();
    void wait_writable();
    void watch_time();
    void time_is_up();
    void hang_up(std::string why);
    void went_down();

    void answer(request& one, result<reply> with);
    void refuse(request& one, const std::string& why);

    struct hooks;  ///< what hiredis calls

    const std::shared_ptr<const server_address> server_;
    const options chosen_;
    executor strand_;
    asio::posix::basic_stream_descriptor<executor> descriptor_;
    asio::ip::basic_resolver<asio::ip::tcp, executor> resolver_;
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, executor>
        timer_;

    std::mutex inbox_guard_;
    std::vector<request_ptr> inbox_;
    std::atomic<std::size_t> commands_{0}, bytes_{0};  ///< taken by send(), not answered

    // On the strand only.
    state state_ = state::down;
    std::uint64_t generation_ = 0;  ///< of contexts: handlers of an earlier one do nothing
    redisAsyncContext* context_ = nullptr;
    std::deque<request_ptr> waiting_;  ///< for the connection
    std::deque<request_ptr> sent_;     ///< not answered, in order
    std::vector<const char*> word_starts_;
    std::vector<std::size_t> word_sizes_;
    bool wants_write_ = false, reading_ = false, writing_ = false, timing_ = false;
    bool dropped_ = false;
    bool unfit_ = false;  ///< an answer showed that this server cannot be used (any more)
    std::string why_down_;
    std::chrono::steady_clock::time_point dialled_until_, pause_until_{};
    std::chrono::milliseconds pause_{0};
    server_facts facts_;
    std::optional<obstacle> trouble_;
};

}  // namespace market::redis
