#pragma once
#include <market/base/error.hpp>
#include <market/outbox/event.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace market::outbox {

/// Where events go. Used by one thread, the relay's.
class publisher {
public:
    virtual ~publisher() = default;

    struct outcome {
        /// Of each event handed in: durable at the destination.
        std::vector<bool> delivered;
    };
    /// Delivers in the order given; blocks until the outcome of each is known. Events that were not
    /// delivered may be handed in again. Errors: internal with a detail when nothing could be sent.
    virtual result<outcome> publish(std::span<const event> events) = 0;
};

/// `log:PATH`: one CloudEvents line (structured mode) an event, fsynced before it counts as
/// delivered; a torn last line is cut at the start. Made on first use, with its folder.
/// Errors: validation_failed with a sentence for an unknown scheme (kafka:// is not built yet).
result<std::unique_ptr<publisher>> make_publisher(const std::string& url);

}  // namespace market::outbox
