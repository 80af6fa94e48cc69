#pragma once
#include <market/outbox/event.hpp>

#include <string>

namespace market::outbox {

/// Adds the event as one line: CloudEvents 1.0 in structured mode.
void add_cloud_event(std::string& lines, const event& value);

}  // namespace market::outbox
