#include "server/gate_lease_keeper.hpp"

#include "exit_status.hpp"

#include <market/base/log.hpp>

#include <cstdlib>

namespace market::app {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::microseconds lease_length = 3s;
constexpr auto renewal = 1s;
constexpr auto between_tries = 200ms;

/// Calls `ask` until it returns true. False when another server kept renewing its lease.
result<bool> wait_for_turn(const std::function<result<bool>()>& ask) {
    const auto until = std::chrono::steady_clock::now() + lease_length + renewal;
    for (;;) {
        auto turn = ask();
        if (!turn || *turn || std::chrono::steady_clock::now() >= until) return turn;
        std::this_thread::sleep_for(between_tries);
    }
}

failure another_server() {
    return {errc::internal,
            "another market server runs on this database with a gate in its own memory; servers "
            "that share a database share a gate too: set gate.url to redis://host:port/db"};
}

}  // namespace

result<std::unique_ptr<gate_lease_keeper>> gate_lease_keeper::take(db::database& record) {
    std::unique_ptr<gate_lease_keeper> made{new gate_lease_keeper{record}};
    auto ask = [&]() -> result<bool> {
        return record.write([&](db::transaction& tx) -> result<bool> {
            return stock::take_gate_lease(tx, made->self_, lease_length);
        });
    };
    const auto taken = wait_for_turn(ask);
    if (!taken) return failure{errc::internal, taken.error().detail};
    if (!*taken) return another_server();
    made->thread_ = std::thread{[keeper = made.get()] { keeper->renew_until_stopped(); }};
    return made;
}

result<void> gate_lease_keeper::expect_nobody(db::database& record) {
    auto ask = [&]() -> result<bool> {
        return record.read([&](db::transaction& tx) -> result<bool> {
            return !stock::gate_lease_is_held(tx, lease_length);
        });
    };
    const auto free = wait_for_turn(ask);
    if (!free) return failure{errc::internal, free.error().detail};
    if (!*free) return another_server();
    return {};
}

gate_lease_keeper::gate_lease_keeper(db::database& record) : record_(record) {}

gate_lease_keeper::~gate_lease_keeper() {
    {
        const std::lock_guard held{mutex_};
        stopped_ = true;
    }
    stopping_.notify_all();
    if (!thread_.joinable()) return;
    thread_.join();
    auto give = [this](db::transaction& tx) -> result<void> {
        stock::give_gate_lease_back(tx, self_);
        return {};
    };
    if (const auto given = record_.write(give); !given)
        log::warning("gate.lease_kept", {{"detail", given.error().detail}});
}

void gate_lease_keeper::renew_until_stopped() {
    auto renew = [this](db::transaction& tx) -> result<bool> {
        return stock::take_gate_lease(tx, self_, lease_length);
    };
    std::unique_lock held{mutex_};
    while (!stopping_.wait_for(held, renewal, [this] { return stopped_; })) {
        held.unlock();
        const auto renewed = record_.write(renew);
        if (renewed && !*renewed) {
            log::error("gate.lease_lost", {{"detail", another_server().detail}});
            std::_Exit(exit_failed);
        }
        held.lock();
    }
}

}  // namespace market::app
