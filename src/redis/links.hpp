#pragma once
/// The connections of one io_context. They end with it.
#include "link.hpp"

#include <boost/asio/execution_context.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace market::redis {

/// Thread-safe.
class links final : public asio::execution_context::service {
public:
    using key_type = links;
    static asio::execution_context::id id;

    explicit links(asio::execution_context& owner) : service(owner) {}

    /// The link of the client with this number. `make` makes it when there is none yet.
    template <class Make>
    std::shared_ptr<link> of(std::uint64_t client, Make make) {
        const std::lock_guard lock(guard_);
        auto& place = links_[client];
        if (!place) place = make();
        return place;
    }
    void remove(std::uint64_t client) {
        std::shared_ptr<link> old;
        const std::lock_guard lock(guard_);
        auto found = links_.find(client);
        if (found == links_.end()) return;
        old = std::move(found->second);
        links_.erase(found);
    }

private:
    void shutdown() noexcept override {
        for (auto& [client, one] : links_) one->drop();
        links_.clear();
    }

    std::mutex guard_;
    std::unordered_map<std::uint64_t, std::shared_ptr<link>> links_;
};

}  // namespace market::redis
