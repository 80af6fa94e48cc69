#include "links.hpp"

#include <market/base/log.hpp>
#include <market/redis/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <exception>
#include <future>
#include <thread>

namespace market::redis {

asio::execution_context::id links::id;

namespace {

void spare_the_process_sigpipe() {
    struct sigaction now {};
    if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL)
        std::signal(SIGPIPE, SIG_IGN);
}

std::uint64_t next_number() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

request_ptr request_of(const script& code, std::vector<std::string>& keys,
                       std::vector<std::string>& arguments) {
    auto out = std::make_shared<request>();
    auto& words = out->words;
    words.reserve(4 + keys.size() + arguments.size());
    words.emplace_back("EVALSHA");
    words.push_back(code.sha1());
    words.push_back(std::to_string(keys.size()));
    for (auto& key : keys) words.push_back(std::move(key));
    out->run_at = words.size();
    words.emplace_back();
    for (auto& argument : arguments) words.push_back(std::move(argument));
    return out;
}

/// An error that Redis answered. Its first word names it; the rest may contain data.
failure refusal(const reply& said) {
    const auto word = said.text.substr(0, said.text.find(' '));
    return {errc::gate_unavailable, "Redis refused a script: " + word};
}

class connected_client final : public client {
public:
    connected_client(server_address server, const options& chosen)
        : server_(std::make_shared<const server_address>(std::move(server))),
          chosen_(chosen),
          home_work_(home_.get_executor()),
          home_thread_([this] { home_.run(); }) {}

    ~connected_client() override {
        home_.stop();
        home_thread_.join();
        for (const auto& [context, weak] : away_) {
            auto one = weak.lock();  // empty: gone with its io_context
            if (!one) continue;
            asio::use_service<links>(*context).remove(number_);
            one->leave();
        }
    }

    asio::awaitable<result<reply>> command(std::vector<std::string> words) override {
        auto one = std::make_shared<request>();
        one->words = std::move(words);
        return carry(std::move(one));
    }

    asio::awaitable<result<reply>> evaluate(const script& code, std::vector<std::string> keys,
                                            std::vector<std::string> arguments) override {
        auto one = request_of(code, keys, arguments);
        auto said = co_await carry(one);
        if (said && said->what == reply::kind::error && said->text.starts_with("NOSCRIPT")) {
            one->words[0] = "EVAL";  // the server then knows the script
            one->words[1] = code.text();
            said = co_await carry(one);
        }
        if (said && said->what == reply::kind::error) {
            if (may_warn()) log::warning("redis.refused", {{"said", said->text}});
            co_return refusal(*said);
        }
        co_return said;
    }

    void evaluate_soon(const script& code, std::vector<std::string> keys,
                       std::vector<std::string> arguments) noexcept override {
        try {
            auto ended = [this](const std::exception_ptr& failed, const result<reply>& said) {
                if ((failed || !said) && may_warn()) log::warning("redis.lost_a_call");
            };
            asio::co_spawn(home_, evaluate(code, std::move(keys), std::move(arguments)), ended);
        } catch (const std::exception& failed) {
            log::warning("redis.lost_a_call", {{"cause", std::string(failed.what())}});
        }
    }

    std::optional<obstacle> check() override {
        auto through = link_on(home_);
        std::promise<std::optional<obstacle>> outcome;
        auto one = std::make_shared<request>();
        // This user may have no right to scripts, or to TIME in them.
        one->words = {"EVAL", "return redis.call('TIME')", "0"};
        one->done = [this, &outcome, through](const result<reply>& said) {
            outcome.set_value(finding(*through, said));
        };
        through->send_at_once(std::move(one));
        return outcome.get_future().get();
    }

private:
    std::optional<obstacle> finding(const link& through, const result<reply>& said) const {
        if (!said) {
            if (through.trouble()) return through.trouble();
            return obstacle{said.error().detail, true};
        }
        if (auto wrong = wrong_answer(*server_, "scripts", *said)) return wrong;
        const auto& eviction = through.facts().eviction;
        if (eviction != "noeviction")
            log::warning("redis.may_evict",
                         {{"where", server_->where()}, {"maxmemory_policy", eviction}});
        return {};
    }

    /// At most once a second: a server that refuses one call refuses thousands.
    bool may_warn() {
        const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
        auto last = warned_.load();
        constexpr std::chrono::steady_clock::duration apart = std::chrono::seconds{1};
        return now - last >= apart.count() && warned_.compare_exchange_strong(last, now);
    }

    std::shared_ptr<link> link_on(asio::io_context& context) {
        auto make = [&] {
            auto fresh = std::make_shared<link>(context, server_, chosen_);
            if (&context != &home_) {
                const std::lock_guard lock(away_guard_);
                std::erase_if(away_, [](const auto& one) { return one.second.expired(); });
                away_.emplace_back(&context, fresh);
            }
            return fresh;
        };
        return asio::use_service<links>(context).of(number_, make);
    }

    std::shared_ptr<link> link_for(const asio::any_io_executor& caller) {
        const auto* in = caller.target<asio::io_context::executor_type>();
        return link_on(in ? in->context() : home_);
    }

    /// Resumes the caller on its own executor.
    asio::awaitable<result<reply>> carry(request_ptr one) {
        const auto caller = co_await asio::this_coro::executor;
        auto through = link_for(caller);
        auto slot = std::make_shared<std::optional<result<reply>>>();
        auto initiate = [&](auto handler) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            auto busy = asio::prefer(caller, asio::execution::outstanding_work.tracked);
            one->done = [slot, shared, busy](result<reply> said) {
                slot->emplace(std::move(said));
                asio::post(busy, [shared] { std::move (*shared)(); });
            };
            through->send(one);
        };
        co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(initiate,
                                                                              asio::use_awaitable);
        co_return std::move(**slot);
    }

    const std::uint64_t number_ = next_number();
    const std::shared_ptr<const server_address> server_;
    const options chosen_;
    std::atomic<std::chrono::steady_clock::rep> warned_{0};
    std::mutex away_guard_;
    std::vector<std::pair<asio::io_context*, std::weak_ptr<link>>> away_;
    asio::io_context home_{1};
    asio::executor_work_guard<asio::io_context::executor_type> home_work_;
    std::thread home_thread_;
};

}  // namespace

result<std::unique_ptr<client>> open(const std::string& url, options chosen) {
    auto server = parse_redis_url(url);
    if (!server) return server.error();
    spare_the_process_sigpipe();
    return std::make_unique<connected_client>(std::move(*server), chosen);
}

}  // namespace market::redis
