#pragma once
#include <market/base/error.hpp>

#include <string>

namespace market::outbox {

/// Turns `kafka://HOST[:PORT][,HOST[:PORT]...]` (default port 9092) into librdkafka's list of
/// brokers, `HOST:PORT,HOST:PORT`. An IPv6 address stands in brackets.
/// Errors: validation_failed with a sentence that repeats nothing of the URL.
result<std::string> brokers_of(const std::string& url);

}  // namespace market::outbox
