#include "server/readiness.hpp"

#include <market/db/migrator.hpp>

#include <algorithm>

namespace market::app {

void readiness::start() {
    look();
    thread_ = std::thread{[this] { watch(); }};
}

void readiness::stop() {
    {
        const std::lock_guard held{mutex_};
        stopped_ = true;
    }
    stopping_.notify_all();
    if (thread_.joinable()) thread_.join();
}

std::optional<std::string> readiness::database_problem() const {
    const std::lock_guard held{mutex_};
    return database_problem_;
}

std::optional<std::string> readiness::migrations_problem() const {
    const std::lock_guard held{mutex_};
    return migrations_problem_;
}

std::optional<std::string> readiness::gate_problem() const {
    const std::lock_guard held{mutex_};
    return gate_problem_;
}

void readiness::watch() {
    constexpr std::chrono::seconds between_looks{1};
    std::unique_lock held{mutex_};
    while (!stopping_.wait_for(held, between_looks, [this] { return stopped_; })) {
        held.unlock();
        look();
        held.lock();
    }
}

void readiness::look() {
    std::optional<std::string> database, migrations, gate;
    const auto states = db::migration_status(record_);
    if (!states) {
        auto& problem = states.error().code == errc::database_unavailable ? database : migrations;
        problem = states.error().detail;
    } else if (!std::ranges::all_of(*states, &db::migration_state::applied)) {
        migrations = "a migration is missing";
    }
    if (gate_server_) {
        if (auto obstacle = gate_server_->check()) gate = std::move(obstacle->sentence);
    }
    const std::lock_guard held{mutex_};
    gate_problem_ = std::move(gate);
    database_problem_ = std::move(database);
    migrations_problem_ = std::move(migrations);
}

}  // namespace market::app
