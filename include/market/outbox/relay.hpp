#pragma once
#include <market/db/database.hpp>
#include <market/outbox/publisher.hpp>

#include <chrono>
#include <memory>

namespace market::outbox {

/// Moves events from the outbox to the publisher, on a thread of its own. Of all servers one relay
/// works at a time: it has a lease in a row, by the database's time. A relay that lost its lease
/// deletes nothing.
class relay {
public:
    virtual ~relay() = default;
    /// Starts the thread.
    virtual void start() = 0;
    /// Publishes what waits, for at most `flush_max`. Then gives the lease back and ends the
    /// thread.
    virtual void stop(std::chrono::milliseconds flush_max) = 0;
    /// Wakes the relay after events were appended. Thread-safe, cheap.
    virtual void notify() noexcept = 0;
    /// Whether the last try published something, or found nothing to publish. Thread-safe.
    virtual bool healthy() const noexcept = 0;
};

/// `poll_interval`: other servers do not notify this relay, so it looks for their events this
/// often.
std::unique_ptr<relay> make_relay(
    db::database& database, std::unique_ptr<publisher> destination,
    std::chrono::milliseconds poll_interval = std::chrono::milliseconds{200});

}  // namespace market::outbox
