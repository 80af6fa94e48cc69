#include <market/outbox/publisher.hpp>

#include "kafka_publisher.hpp"
#include "kafka_url.hpp"
#include "log_publisher.hpp"

namespace market::outbox {

namespace {

result<std::unique_ptr<publisher>> make_log_publisher(const std::string& path) {
    if (path.empty() || path.ends_with('/') || path.find('\0') != std::string::npos) {
        return failure{errc::validation_failed,
                       "log: needs the path of a file, as in log:events.jsonl"};
    }
    return std::unique_ptr<publisher>{std::make_unique<log_publisher>(path)};
}

result<std::unique_ptr<publisher>> make_kafka_publisher(const std::string& url) {
    auto brokers = brokers_of(url);
    if (!brokers) return brokers.error();
    return std::unique_ptr<publisher>{std::make_unique<kafka_publisher>(std::move(*brokers))};
}

}  // namespace

result<std::unique_ptr<publisher>> make_publisher(const std::string& url) {
    constexpr std::string_view log_scheme = "log:";
    if (url.starts_with(log_scheme)) return make_log_publisher(url.substr(log_scheme.size()));
    if (url.starts_with("kafka:")) return make_kafka_publisher(url);
    return failure{errc::validation_failed, "the events URL must be log:PATH or kafka://HOST:PORT"};
}

}  // namespace market::outbox
