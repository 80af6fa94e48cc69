#pragma once
#include <market/base/clock.hpp>
#include <market/base/id.hpp>

#include <string>

namespace market::outbox {

/// One committed change, on its way to the consumers (CloudEvents 1.0).
struct event {
    event_id ce_id;       ///< consumers deduplicate on it
    std::string topic;    ///< "market.orders"
    std::string type;     ///< "market.order.created.v1"
    std::string subject;  ///< the aggregate's id; also the key: one aggregate, one order of events
    instant at;
    std::string data;         ///< JSON
    std::string traceparent;  ///< W3C; may be empty
};

}  // namespace market::outbox
