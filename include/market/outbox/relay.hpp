#pragma once
#include <market/db/database.hpp>
#include <market/outbox/publisher.hpp>

#include <chrono>
#include <memory>

namespace market::outbox {

/// Moves rows from the outbox to the publisher. Its own thread. One relay at a time works, by a
/// lease row on database time; a relay whose lease was taken over deletes nothing.
class relay {
public:
    virtual ~relay() = default;
    /// Starts the thread.
    virtual void start() = 0;
    /// Publishes for at most `flush_max` what is waiting, gives the lease back, ends the thread.
    virtual void stop(std::chrono::milliseconds flush_max) = 0;
    /// Wakes the relay: something was appended. Thread-safe, cheap.
    virtual void notify() noexcept = 0;
    /// Published something, or found nothing to publish, at its last try. Thread-safe.
    virtual bool healthy() const noexcept = 0;
};

/// `poll_interval`: how long events of other servers, of which nobody notifies, wait at most.
std::unique_ptr<relay> make_relay(
    db::database& database, std::unique_ptr<publisher> destination,
    std::chrono::milliseconds poll_interval = std::chrono::milliseconds{200});

}  // namespace market::outbox
