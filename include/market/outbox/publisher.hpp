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

/// The outcome of one event that was given to a publisher.
enum class delivery_outcome {
    delivered,  ///< durable at the destination
    refused,    ///< for what it is (too large, invalid): it would be refused again
    failed,     ///< not known to be delivered, or not tried
};

/// Delivers events. One thread uses it: the relay's.
class publisher {
public:
    virtual ~publisher() = default;

    struct outcome {
        std::vector<delivery_outcome> outcomes;  ///< of each event, in the order given
        std::string problem{};                   ///< one sentence, when not all are `delivered`
        /// Topics that are missing and cannot be created, or that may not be written. Their events
        /// are `failed`; events of other topics need not wait for them.
        std::set<std::string> closed_topics{};
    };
    /// Delivers the events of one subject in the order given: none is sent before the one before it
    /// was delivered. Blocks until each outcome is known, at most publish_max (writing to a disk
    /// has no limit). Events that were not delivered may be given again.
    /// Errors: internal with a detail when nothing could be sent.
    virtual result<outcome> publish(std::span<const event> events) = 0;
};

/// Less than the relay's lease; twice as long is less than the time a stopping relay may take.
constexpr std::chrono::milliseconds publish_max{2'500};

/// `log:PATH`: one line for each event (CloudEvents, structured mode). An event is delivered after
/// an fsync. File and folder are created on first use. A line torn by a crash is cut before the
/// next write.
/// `kafka://HOST:PORT[,HOST:PORT...]`: CloudEvents in binary mode, keyed by subject, acknowledged
/// by all replicas. Connects on first use; missing topics are created.
/// Errors: validation_failed with a sentence that says what is wrong with the URL.
result<std::unique_ptr<publisher>> make_publisher(const std::string& url);

}  // namespace market::outbox
