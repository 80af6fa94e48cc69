#pragma once
#include <market/base/error.hpp>

#include <string>

namespace market::outbox {

/// `kafka://HOST[:PORT][,HOST[:PORT]...]` (port 9092 unless told) as librdkafka lists brokers:
/// `HOST:PORT,HOST:PORT`. An IPv6 address stands in brackets.
/// Errors: validation_failed with a sentence; it repeats nothing of the URL.
result<std::string> brokers_of(const std::string& url);

}  // namespace market::outbox
