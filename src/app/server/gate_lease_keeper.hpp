#pragma once
#include <market/db/database.hpp>
#include <market/stock/gate_lease.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace market::app {

/// Keeps other servers off a shared database while this one's memory is its gate. A server that
/// loses the lease (it was frozen for longer than that lasts) ends its process: another sells now.
class gate_lease_keeper {
public:
    /// Waits for the lease of a server that died to run out. Errors: internal with one sentence
    /// when it is renewed meanwhile, or the database fails.
    static result<std::unique_ptr<gate_lease_keeper>> take(db::database& record);
    /// The same wait, for a server whose gate is elsewhere: nobody may hold the lease.
    static result<void> expect_nobody(db::database& record);
    ~gate_lease_keeper();
    gate_lease_keeper(const gate_lease_keeper&) = delete;
    gate_lease_keeper& operator=(const gate_lease_keeper&) = delete;

private:
    explicit gate_lease_keeper(db::database& record);
    void renew_until_stopped();

    db::database& record_;
    const stock::server_id self_ = make_random_id<stock::server_id>();
    std::mutex mutex_;
    std::condition_variable stopping_;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace market::app
