#pragma once
/// What tests of scripts in Redis share.
#include "support/run_here.hpp"

#include <market/base/clock.hpp>
#include <market/base/id.hpp>
#include <market/redis/client.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace market::redis::test {

namespace asio = boost::asio;

/// The URL of a Redis whose current database tests may fill.
inline constexpr auto redis_variable = "MARKET_TEST_REDIS_URL";

/// Another's scripts, with the time read elsewhere. Thread-safe.
class retimed_client final : public client {
public:
    retimed_client(client& inner, std::string time) : inner_(inner), time_(std::move(time)) {}

    asio::awaitable<result<reply>> command(std::vector<std::string> words) override {
        return inner_.command(std::move(words));
    }
    asio::awaitable<result<reply>> evaluate(const script& code, std::vector<std::string> keys,
                                            std::vector<std::string> arguments) override {
        return inner_.evaluate(retimed(code), std::move(keys), std::move(arguments));
    }
    void evaluate_soon(const script& code, std::vector<std::string> keys,
                       std::vector<std::string> arguments) noexcept override {
        inner_.evaluate_soon(retimed(code), std::move(keys), std::move(arguments));
    }
    std::optional<obstacle> check() override { return inner_.check(); }

private:
    const script& retimed(const script& code) {
        const std::lock_guard lock(guard_);
        auto found = scripts_.find(code.sha1());
        if (found == scripts_.end()) {
            auto text = code.text();
            const std::string read_time = "redis.call('TIME')";
            if (const auto at = text.find(read_time); at != std::string::npos)
                text.replace(at, read_time.size(), time_);
            found = scripts_.emplace(code.sha1(), script{std::move(text)}).first;
        }
        return found->second;
    }

    client& inner_;
    const std::string time_;
    std::mutex guard_;
    std::map<std::string, script> scripts_;
};

/// A time in a real Redis that moves only when it is put; scripts read it in place of TIME.
class placed_time {
public:
    explicit placed_time(client& server) : server_(server) {}

    /// What a script says to read it.
    std::string reading() const { return "redis.call('HMGET', '" + key_ + "', 's', 'us')"; }
    void put(instant now) {
        const auto micros = to_micros(now);
        std::vector<std::string> words{"HSET", key_,
                                       "s",    std::to_string(micros / 1'000'000),
                                       "us",   std::to_string(micros % 1'000'000)};
        const auto said = testing::settle_here(server_.command(std::move(words)));
        if (said.value().what == reply::kind::error) throw std::runtime_error(said->text);
    }

private:
    client& server_;
    const std::string key_ = "market:test:clock:" + to_string(make_random_id<event_id>());
};

}  // namespace market::redis::test
