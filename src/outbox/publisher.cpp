#include <market/outbox/publisher.hpp>

#include "log_publisher.hpp"

namespace market::outbox {

result<std::unique_ptr<publisher>> make_publisher(const std::string& url) {
    constexpr std::string_view log_scheme = "log:";
    if (url.starts_with("kafka:")) {
        return failure{errc::validation_failed, "kafka: is not built yet; use log:PATH"};
    }
    if (!url.starts_with(log_scheme)) {
        return failure{errc::validation_failed, "the events URL must be log:PATH"};
    }
    const std::string path = url.substr(log_scheme.size());
    if (path.empty() || path.ends_with('/') || path.find('\0') != std::string::npos) {
        return failure{errc::validation_failed,
                       "log: needs the path of a file, as in log:events.jsonl"};
    }
    return std::unique_ptr<publisher>{std::make_unique<log_publisher>(path)};
}

}  // namespace market::outbox
