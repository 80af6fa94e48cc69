#pragma once
#include <market/db/transaction.hpp>
#include <market/outbox/event.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace market::outbox {

/// Writes the events in the caller's transaction: they are published if and only if it commits.
/// The events of one subject are published in the order of appending. Throws db::error.
void append(db::transaction& tx, std::span<const event> events);

/// Where all events of the shop are. Their sum is the number of events ever appended.
struct tally {
    std::int64_t published = 0;
    std::int64_t waiting = 0;
    std::int64_t parked = 0;
};
tally read_tally(db::transaction& tx);

/// The time of the oldest event that waits. Empty: none waits.
std::optional<instant> oldest_waiting(db::transaction& tx);

}  // namespace market::outbox
