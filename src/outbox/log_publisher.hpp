#pragma once
#include <market/outbox/publisher.hpp>

#include <filesystem>

namespace market::outbox {

/// Appends events to a file, one CloudEvents line each. They are delivered once they are durable.
///
/// Each batch opens and locks the file: so several servers may write one file, and it may be moved
/// away at any time.
class log_publisher final : public publisher {
public:
    explicit log_publisher(std::filesystem::path path) : path_(std::move(path)) {}
    result<outcome> publish(std::span<const event> events) override;

private:
    std::filesystem::path path_;
};

}  // namespace market::outbox
