#pragma once
#include <market/redis/client.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace market::redis {

/// A command that is sent or waits to be sent.
struct request {
    std::vector<std::string> words;
    std::size_t run_at = 0;  ///< the word that becomes the server's run_id; 0: none
    /// Called once, on the link's strand, from inside hiredis: so it only posts. Never called when
    /// the io_context is destroyed first.
    std::function<void(result<reply>)> done;
    std::size_t bytes = 0;
    std::chrono::steady_clock::time_point due{};  ///< set when sent
};
using request_ptr = std::shared_ptr<request>;

}  // namespace market::redis
