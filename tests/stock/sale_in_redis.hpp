#pragma once
/// What tests of the gate in Redis share.
#include "stock/sale_at_gate.hpp"
#include "support/private_redis.hpp"
#include "support/retimed_client.hpp"
#include "support/run_here.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace market::stock::testing {

using words = std::vector<std::string>;

inline redis::options quick() {
    redis::options out;
    out.connect_timeout = 500ms;
    out.pause_min = 10ms;
    out.pause_max = 50ms;
    return out;
}

/// A gate by Redis' own clock.
class redis_gate_here final : public gate_fixture {
public:
    explicit redis_gate_here(redis::client& server) : gate_(make_redis_gate(server)) {}
    stock_gate& gate() override { return *gate_; }
    instant now() const override { return system_clock().now(); }
    void advance(std::chrono::milliseconds) override {}

private:
    void run(asio::awaitable<void> work) override { market::testing::run_here(std::move(work)); }
    std::unique_ptr<stock_gate> gate_;
};

/// Does something of the test's own before each script, and counts them.
class watched_client final : public redis::client {
public:
    explicit watched_client(redis::client& inner) : inner_(inner) {}

    asio::awaitable<result<redis::reply>> command(words sent) override {
        return inner_.command(std::move(sent));
    }
    asio::awaitable<result<redis::reply>> evaluate(const redis::script& code, words keys,
                                                   words arguments) override {
        ++scripts;
        if (before) before(code);
        return inner_.evaluate(code, std::move(keys), std::move(arguments));
    }
    void evaluate_soon(const redis::script& code, words keys, words arguments) noexcept override {
        inner_.evaluate_soon(code, std::move(keys), std::move(arguments));
    }
    std::optional<redis::obstacle> check() override { return inner_.check(); }

    std::atomic<int> scripts{0};
    std::function<void(const redis::script&)> before;

private:
    redis::client& inner_;
};

/// A sale at a gate in a Redis of its own.
class sale_in_redis {
public:
    explicit sale_in_redis(words more = {}) : server(std::move(more)) {}

    gate_contents sale_of(std::int64_t units, std::int64_t epoch = 1) const {
        gate_contents out;
        out.epoch = epoch;
        out.starts_at = fixture.now() - 1min;
        out.ends_at = fixture.now() + 1h;
        out.per_user_limit = 1'000;
        out.total = units;
        return out;
    }
    result<bool> try_load(gate_contents contents) {
        return fixture.settle(gate.load_and_open(id, std::move(contents)));
    }
    bool load(gate_contents contents) { return try_load(std::move(contents)).value(); }
    admission_request request_of(user_id buyer, std::int64_t units = 1) const {
        return {id, buyer, units, make_random_id<purchase_key>(), make_random_id<attempt_id>()};
    }
    admission_request request_of_somebody() const { return request_of(somebody()); }
    result<admit_answer> try_admit(const admission_request& wanted) {
        return fixture.settle(gate.admit(wanted));
    }
    admit_answer admit(const admission_request& wanted) { return try_admit(wanted).value(); }
    hold_ref hold(const admission_request& wanted) {
        auto in = std::get<admitted>(admit(wanted));
        return {id, in.epoch, wanted.key, in.seq};
    }
    void confirm(const hold_ref& ref) { fixture.settle(gate.confirm_one(ref)).value(); }
    void cancel(const hold_ref& ref) { fixture.settle(gate.cancel(ref)).value(); }
    credit_answer give_back(user_id buyer, std::int64_t units, std::int64_t epoch = 1) {
        credit returned{make_id<credit_id>(), id, buyer, units, epoch};
        return fixture.settle(gate.give_back(returned)).value();
    }
    gate_view look() { return fixture.settle(gate.look({id})).value().at(0); }
    redis::reply ask(words sent) {
        return market::testing::settle_here(client->command(std::move(sent))).value();
    }
    std::string key(const std::string& part = "") const {
        return "market:{" + to_string(id) + "}:gate" + part;
    }
    bool sells_again(std::int64_t epoch) {
        return load(sale_of(5, epoch)) && is<admitted>(admit(request_of_somebody()));
    }

    market::redis::test::private_redis server;
    std::unique_ptr<redis::client> client = server.open(quick());
    watched_client watched{*client};
    redis_gate_here fixture{watched};
    stock_gate& gate = fixture.gate();
    sale_id id = make_id<sale_id>();
};

}  // namespace market::stock::testing
