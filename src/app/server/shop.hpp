#pragma once
/// The composition root: a whole server in one object.
#include "config/configuration.hpp"
#include "server/gate_lease_keeper.hpp"
#include "server/gate_server.hpp"
#include "server/readiness.hpp"
#include "server/server_lock.hpp"

#include <market/catalog/catalog_module.hpp>
#include <market/db/async_database.hpp>
#include <market/http/server.hpp>
#include <market/order/order_module.hpp>
#include <market/outbox/relay.hpp>
#include <market/stock/gate.hpp>
#include <market/user/user_module.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace market::app {

class shop {
public:
    /// Opens the database (and no port), takes the server's lock, migrates, builds the modules.
    /// Errors: internal with one sentence for the person who started it.
    static result<std::unique_ptr<shop>> open(const configuration& config);
    ~shop();

    /// Starts what runs, the listener last. Errors: as above.
    result<void> start();
    /// Lets requests in flight finish until `until`, writes what the writer has queued, flushes the
    /// relay. False when a request was cut off.
    bool stop(deadline until);

    /// Where a browser on this machine finds it. Only after start().
    std::string url() const;
    /// `http://ADDRESS:PORT` as bound. Only after start().
    std::string listening_on() const;

    db::database& record() { return *record_; }
    catalog::catalog_service& catalog() { return *catalog_; }
    const std::string& secret() const { return secret_; }

private:
    shop(const configuration& config, std::unique_ptr<db::database> record, opened_gate gate,
         std::optional<server_lock> lock, std::string secret);
    result<void> keep_other_gates_out();
    result<void> build();
    result<void> set_low_at(std::int64_t units);
    std::vector<http::readiness_check> readiness_checks();

    const configuration config_;
    const std::string secret_;
    // In the order of their making; destroyed the other way round.
    std::optional<server_lock> lock_;
    std::unique_ptr<db::database> record_;
    std::unique_ptr<gate_lease_keeper> gate_lease_;  ///< none: SQLite's lock does, or Redis
    worker_pool database_threads_;
    db::async_database database_;
    std::unique_ptr<redis::client> gate_server_;  ///< none: the gate is in memory
    std::unique_ptr<stock::stock_gate> gate_;
    std::unique_ptr<outbox::relay> relay_;
    std::unique_ptr<order::order_module> orders_;
    std::unique_ptr<catalog::catalog_service> catalog_;
    std::unique_ptr<user::throttle> throttle_;
    std::unique_ptr<user::user_module> users_;
    readiness readiness_;
    std::unique_ptr<http::server> server_;
    bool running_ = false;
};

/// The key of the access tokens: that of the configuration, else the one kept in data_dir.
result<std::string> access_secret(const configuration& config);

/// Where `check` finds the gate of the server that runs on this data_dir.
std::string control_socket_path(const configuration& config);

}  // namespace market::app
