#pragma once
/// The SQL of the relay. Every function works in the caller's transaction and throws db::error.
#include <market/base/id.hpp>
#include <market/db/transaction.hpp>
#include <market/outbox/event.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace market::outbox {

using relay_id = id<struct relay_tag>;

using topics = std::vector<std::string>;

/// The right to publish. A later lease has a higher epoch, which shows that this one is over.
struct lease {
    relay_id holder;
    std::int64_t epoch = 0;
};

/// Events to publish; `ids[i]` is the row of `events[i]`.
struct waiting_events {
    std::vector<std::int64_t> ids;
    std::vector<event> events;
    std::size_t bytes = 0;  ///< of their data, and of the first event beyond the bound, if any
};

/// Whether there is an event to publish, or (with `parked_too`) any event at all.
bool anything_waits(db::transaction& tx, const topics& without, bool parked_too);

/// The first rows by number, without parked ones: at most `max`, and beyond the first only as many
/// as have about `bytes_max` of data. Needs a snapshot, because it runs several queries: a row
/// committed between two of them could be overtaken by a later one of its subject.
waiting_events read_waiting(db::transaction& tx, const topics& without, std::size_t max,
                            std::size_t bytes_max);

/// Takes the lease for `length` of database time, unless another relay has it.
std::optional<lease> take_lease(db::transaction& tx, relay_id holder,
                                std::chrono::microseconds length);

/// Locks the lease, renews it for `length` and adds to the count of published events. False when
/// another relay has taken it since: nothing changed.
bool renew_and_count(db::transaction& tx, const lease& mine, std::chrono::microseconds length,
                     std::int64_t published);

/// Deletes exactly these rows; returns how many there were.
std::int64_t delete_rows(db::transaction& tx, std::span<const std::int64_t> ids);

/// Parks exactly these rows; returns how many there were.
std::int64_t park_rows(db::transaction& tx, std::span<const std::int64_t> ids);

/// Makes parked rows wait again.
void unpark_rows(db::transaction& tx);

/// Lets another relay begin at once. Does nothing when one has begun already.
void give_lease_back(db::transaction& tx, const lease& mine);

}  // namespace market::outbox
