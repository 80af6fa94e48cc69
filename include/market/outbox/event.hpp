#pragma once
#include <market/base/clock.hpp>
#include <market/base/id.hpp>

#include <string>

namespace market::outbox {

/// A change that consumers are told of (CloudEvents 1.0).
struct event {
    event_id ce_id;       ///< consumers deduplicate on it
    std::string topic;    ///< "market.orders"
    std::string type;     ///< "market.order.created.v1"
    std::string subject;  ///< the id of what changed; also Kafka's key: its events stay in order
    instant at;
    std::string data;         ///< JSON
    std::string traceparent;  ///< W3C; may be empty
};

}  // namespace market::outbox
