#pragma once
#include <market/base/error.hpp>
#include <market/outbox/event.hpp>

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace market::outbox {

/// What became of one event that was handed to a publisher.
enum class fate {
    delivered,  ///< durable at the destination
    refused,    ///< for itself (too large, invalid): by itself it would be refused again
    failed,     ///< not known to be delivered, or not tried
};

/// Where events go. Used by one thread, the relay's.
class publisher {
public:
    virtual ~publisher() = default;

    struct outcome {
        std::vector<fate> fates;  ///< of each event handed in
        std::string problem{};    ///< one sentence, when there is one that is not `delivered`
        /// Neither there nor to be made, or not to be written: their events are `failed`, and those
        /// of other topics need not wait for them.
        std::set<std::string> closed_topics{};
    };
    /// Delivers, the events of one subject in the order given: none is sent before its predecessor
    /// was delivered. Blocks until the outcome of each is known, no longer than publish_max (a
    /// disk may take as long as it takes). Events that were not delivered may be handed in again.
    /// Errors: internal with a detail when nothing could be sent.
    virtual result<outcome> publish(std::span<const event> events) = 0;
};

/// Less than the relay's lease, and twice that less than the flush at a stop.
constexpr std::chrono::milliseconds publish_max{2'500};

/// `log:PATH`: one CloudEvents line (structured mode) an event, fsynced before it counts as
/// delivered; a torn last line is cut at the start. Made on first use, with its folder.
/// `kafka://HOST:PORT[,HOST:PORT...]`: CloudEvents in binary mode, keyed by subject, acknowledged
/// by all replicas; topics are created when missing. Connects on first use.
/// Errors: validation_failed with a sentence that names what is wrong with the URL.
result<std::unique_ptr<publisher>> make_publisher(const std::string& url);

}  // namespace market::outbox
