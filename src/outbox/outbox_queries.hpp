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

/// The right to publish. A later lease has a higher epoch, so an old one can be told.
struct lease {
    relay_id holder;
    std::int64_t epoch = 0;
};

/// Events on their way; `ids[i]` is the row of `events[i]`.
struct waiting_events {
    std::vector<std::int64_t> ids;
    std::vector<event> events;
    std::size_t bytes = 0;  ///< of their data, and of the first that was too much, if any
};

/// Is there anything to publish, or (when `parked_too`) anything at all?
bool anything_waits(db::transaction& tx, const topics& without, bool parked_too);

/// The first rows by number without parked ones: at most `max`, and beyond the first only as many
/// as hold about `bytes_max` of data. Wants a snapshot: it runs several queries, and a row that is
/// committed between them must not be overtaken by a later one of its subject.
waiting_events read_waiting(db::transaction& tx, const topics& without, std::size_t max,
                            std::size_t bytes_max);

/// Takes the lease for `length` of database time, unless another relay has it.
std::optional<lease> take_lease(db::transaction& tx, relay_id holder,
                                std::chrono::microseconds length);

/// Locks the lease, renews it for `length` and adds to the count of published events. False when
/// another relay has taken it since: nothing changed.
bool renew_and_count(db::transaction& tx, const lease& mine, std::chrono::microseconds length,
                     std::int64_t published);

/// Deletes just these rows; how many there were.
std::int64_t delete_rows(db::transaction& tx, std::span<const std::int64_t> ids);

/// Sets just these rows aside; how many there were.
std::int64_t park_rows(db::transaction& tx, std::span<const std::int64_t> ids);

/// Lets what was set aside wait again.
void unpark_rows(db::transaction& tx);

/// Lets another relay begin at once. Without effect when one has already.
void give_lease_back(db::transaction& tx, const lease& mine);

}  // namespace market::outbox
