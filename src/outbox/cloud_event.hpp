#pragma once
#include <market/outbox/event.hpp>

#include <string>

namespace market::outbox {

/// The event as one line without its end: CloudEvents 1.0 in structured mode.
std::string to_cloud_event(const event& value);

}  // namespace market::outbox
