#include "link.hpp"

#include "hiredis_reply.hpp"

#include <market/base/log.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <fcntl.h>
#include <hiredis/async.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace market::redis {
namespace {

using clock = std::chrono::steady_clock;

std::size_t size_of(const request& one) {
    std::size_t out = 0;
    for (const auto& word : one.words) out += word.size() + 16;  // its length in digits, line ends
    return out;
}

}  // namespace

struct link::hooks {
    static link& of(void* data) { return *static_cast<link*>(data); }

    static void want_write(void* data) { of(data).wants_write_ = true; }
    static void no_write(void* data) { of(data).wants_write_ = false; }
    static void read(void*) {}  // reads are waited for while anything is unanswered

    /// hiredis is about to close the descriptor and to free its context.
    static void clean_up(void* data) {
        auto& self = of(data);
        if (self.descriptor_.is_open()) self.descriptor_.release();
        self.context_ = nullptr;
        self.wants_write_ = self.reading_ = self.writing_ = false;
        ++self.generation_;
    }

    static void connected(const redisAsyncContext* context, int status) {
        auto& self = of(context->data);
        if (status != REDIS_OK) self.why_down_ = "cannot be reached";
    }

    static void replied(redisAsyncContext* context, void* raw, void*) {
        auto& self = of(context->data);
        auto one = std::move(self.sent_.front());
        self.sent_.pop_front();
        if (!raw) {
            if (self.why_down_.empty()) self.why_down_ = "closed the connection";
            self.refuse(*one, self.why_down_);
            return;
        }
        auto said = to_reply(*static_cast<const redisReply*>(raw));
        if (said.what == reply::kind::error &&
            (said.text.starts_with("READONLY") || said.text.starts_with("NOAUTH")))
            self.turn_away("does not take commands any more");
        self.answer(*one, std::move(said));
    }
};

link::link(asio::io_context& context, std::shared_ptr<const server_address> server,
           const options& chosen)
    : server_(std::move(server)),
      chosen_(chosen),
      strand_(asio::make_strand(context)),
      descriptor_(strand_),
      resolver_(strand_),
      timer_(strand_) {}

link::~link() {
    if (!context_) return;
    dropped_ = true;
    redisAsyncFree(context_);
}

void link::send(request_ptr one) {
    one->bytes = size_of(*one);
    const auto commands = commands_.fetch_add(1, std::memory_order_relaxed) + 1;
    const auto bytes = bytes_.fetch_add(one->bytes, std::memory_order_relaxed) + one->bytes;
    if (commands > chosen_.commands_max || bytes > chosen_.bytes_max) {
        refuse(*one, "has too much to answer");
        return;
    }
    bool first = false;
    {
        const std::lock_guard lock(inbox_guard_);
        first = inbox_.empty();
        inbox_.push_back(std::move(one));
    }
    if (first) asio::post(strand_, [self = shared_from_this()] { self->take_in(); });
}

void link::send_at_once(request_ptr one) {
    asio::post(strand_, [self = shared_from_this(), one = std::move(one)] {
        self->pause_until_ = {};
        self->send(one);
    });
}

void link::leave() {
    asio::post(strand_, [self = shared_from_this()] { self->hang_up("is not used any more"); });
}

void link::drop() {
    dropped_ = true;
    if (context_) redisAsyncFree(context_);
    // A caller owns its request, whose `done` owns the caller.
    for (const auto& one : std::exchange(inbox_, {})) one->done = nullptr;
    for (const auto& one : std::exchange(waiting_, {})) one->done = nullptr;
}

// All that callers sent in one turn of the loop leaves in one write.
void link::take_in() {
    std::vector<request_ptr> fresh;
    {
        const std::lock_guard lock(inbox_guard_);
        fresh.swap(inbox_);
    }
    if (state_ == state::ready && sent_.empty() && !peer_is_there()) hang_up("left while idle");
    if (state_ != state::ready) {
        const bool pausing = state_ == state::down && clock::now() < pause_until_;
        for (auto& one : fresh) {
            if (pausing)
                answer(*one, failure{errc::gate_unavailable, trouble_->sentence});
            else
                waiting_.push_back(std::move(one));
        }
        if (state_ == state::down && !pausing) dial();
        return;
    }
    for (const auto& one : fresh) write(one);
    flush();
    tidy_up();
}

void link::dial() {
    state_ = state::looking_up;
    why_down_.clear();
    trouble_.reset();
    unfit_ = false;
    ++generation_;
    dialled_until_ = clock::now() + chosen_.connect_timeout;
    watch_time();
    boost::system::error_code no_number;
    asio::ip::make_address(server_->host, no_number);
    if (!server_->path.empty() || !no_number) return connect_to(server_->host);

    auto found = [self = shared_from_this(), generation = generation_](
                     const boost::system::error_code& failed, const auto& results) {
        if (generation != self->generation_ || self->dropped_) return;
        if (failed || results.empty()) return self->hang_up("has a name that is not known");
        self->connect_to(results.begin()->endpoint().address().to_string());
    };
    resolver_.async_resolve(server_->host, std::to_string(server_->port), std::move(found));
}

void link::connect_to(const std::string& ip) {
    adopt(server_->path.empty() ? redisAsyncConnect(ip.c_str(), server_->port)
                                : redisAsyncConnectUnix(server_->path.c_str()));
    if (!context_) return hang_up("cannot be reached");
    state_ = state::greeting;
    greet();
    tidy_up();
}

/// Leaves `context_` empty when that fails.
void link::adopt(redisAsyncContext* fresh) {
    if (!fresh) return;
    boost::system::error_code failed;
    if (fresh->err == 0) {
        ::fcntl(fresh->c.fd, F_SETFD, FD_CLOEXEC);
        descriptor_.assign(fresh->c.fd, failed);
    }
    if (fresh->err != 0 || failed) {
        redisAsyncFree(fresh);
        return;
    }
    context_ = fresh;
    fresh->data = this;
    auto& calls = fresh->ev;
    calls.data = this;
    calls.addRead = calls.delRead = hooks::read;
    calls.addWrite = hooks::want_write;
    calls.delWrite = hooks::no_write;
    calls.cleanup = hooks::clean_up;
    redisAsyncSetConnectCallback(fresh, hooks::connected);
}

void link::greet() {
    for (auto& words : greeting(*server_)) {
        auto one = std::make_shared<request>();
        one->done = [this, command = words.front()](const result<reply>& said) {
            greeted(command, said);
        };
        one->words = std::move(words);
        commands_.fetch_add(1, std::memory_order_relaxed);
        write(one);
    }
}

// Inside of hiredis.
void link::greeted(const std::string& command, const result<reply>& said) {
    if (!said || trouble_) return;  // went_down() follows, or did
    trouble_ = wrong_answer(*server_, command, *said);
    if (!trouble_ && command == "INFO") {
        facts_ = read_info(said->text);
        trouble_ = wrong_server(*server_, facts_);
        if (!trouble_) return ready();
    }
    if (trouble_) unfit_ = true;
}

void link::turn_away(std::string why) {
    why_down_ = std::move(why);
    unfit_ = true;
}

void link::ready() {
    if (pause_.count() > 0)
        log::info("redis.back", {{"where", server_->where()}, {"run_id", facts_.run_id}});
    state_ = state::ready;
    pause_ = {};
    timer_.cancel();  // set for the greeting
    auto waiting = std::exchange(waiting_, {});
    for (const auto& one : waiting) write(one);
}

/// An idle connection is not read from, so only this notices its end.
bool link::peer_is_there() const {
    char byte = 0;
    const auto got = ::recv(context_->c.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

void link::write(const request_ptr& one) {
    if (one->run_at != 0) one->words[one->run_at] = facts_.run_id;
    word_starts_.clear();
    word_sizes_.clear();
    for (const auto& word : one->words) {
        word_starts_.push_back(word.data());
        word_sizes_.push_back(word.size());
    }
    one->due = clock::now() + chosen_.command_timeout;
    sent_.push_back(one);
    const auto status = context_ ? redisAsyncCommandArgv(context_, hooks::replied, nullptr,
                                                         static_cast<int>(word_starts_.size()),
                                                         word_starts_.data(), word_sizes_.data())
                                 : REDIS_ERR;
    if (status == REDIS_OK) return;
    sent_.pop_back();  // no callback comes
    refuse(*one, "closed the connection");
}

void link::flush() {
    const bool connected = context_ && (context_->c.flags & REDIS_CONNECTED) != 0;
    if (connected && wants_write_ && !writing_) redisAsyncHandleWrite(context_);
}

void link::tidy_up() {
    if (dropped_) return;
    if (unfit_ && context_) redisAsyncFree(context_);
    if (!context_) {
        if (state_ != state::down && state_ != state::looking_up) went_down();
        return;
    }
    flush();
    if (!context_) return went_down();
    if (wants_write_ && !writing_) wait_writable();
    if (!sent_.empty() && !reading_ && state_ != state::down) wait_readable();
    watch_time();
}

void link::wait_readable() {
    reading_ = true;
    descriptor_.async_wait(
        asio::posix::descriptor_base::wait_read,
        [self = shared_from_this(), generation = generation_](const auto& failed) {
            if (failed || generation != self->generation_) return;
            self->reading_ = false;
            redisAsyncHandleRead(self->context_);
            self->tidy_up();
        });
}

void link::wait_writable() {
    writing_ = true;
    descriptor_.async_wait(
        asio::posix::descriptor_base::wait_write,
        [self = shared_from_this(), generation = generation_](const auto& failed) {
            if (failed || generation != self->generation_) return;
            self->writing_ = false;
            redisAsyncHandleWrite(self->context_);
            self->tidy_up();
        });
}

/// The timer runs only while something is under way.
void link::watch_time() {
    const bool dialling = state_ == state::looking_up || state_ == state::greeting;
    if (!dialling && sent_.empty()) {
        if (timing_) timer_.cancel();
        return;
    }
    if (timing_) return;
    timing_ = true;
    timer_.expires_at(dialling ? dialled_until_ : sent_.front()->due);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
        self->timing_ = false;
        if (!self->dropped_) self->time_is_up();
    });
}

void link::time_is_up() {
    const auto now = clock::now();
    const bool dialling = state_ == state::looking_up || state_ == state::greeting;
    if (dialling ? now >= dialled_until_ : (!sent_.empty() && now >= sent_.front()->due))
        return hang_up("does not answer in time");
    watch_time();
}

/// Never inside of hiredis.
void link::hang_up(std::string why) {
    why_down_ = std::move(why);
    resolver_.cancel();
    if (context_) redisAsyncFree(context_);
    if (state_ != state::down) went_down();
}

void link::went_down() {
    const bool was_ready = state_ == state::ready && !unfit_;
    state_ = state::down;
    ++generation_;
    if (why_down_.empty()) why_down_ = "closed the connection";
    if (!trouble_) trouble_ = {"Redis at " + server_->where() + " " + why_down_, true};
    if (!was_ready) {
        const bool first = pause_.count() == 0;
        pause_ = first ? chosen_.pause_min : std::min(2 * pause_, chosen_.pause_max);
        pause_until_ = clock::now() + pause_;
        if (first) log::warning("redis.unusable", {{"cause", trouble_->sentence}});
    }
    for (const auto& one : std::exchange(waiting_, {}))
        answer(*one, failure{errc::gate_unavailable, trouble_->sentence});
    watch_time();
}

void link::answer(request& one, result<reply> with) {
    commands_.fetch_sub(1, std::memory_order_relaxed);
    bytes_.fetch_sub(one.bytes, std::memory_order_relaxed);
    auto done = std::exchange(one.done, nullptr);
    if (!dropped_ && done) done(std::move(with));
}

void link::refuse(request& one, const std::string& why) {
    answer(one, failure{errc::gate_unavailable, "Redis at " + server_->where() + " " + why});
}

}  // namespace market::redis
