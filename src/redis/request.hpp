#pragma once
#include <market/redis/client.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace market::redis {

/// One command on its way.
struct request {
    std::vector<std::string> words;
    std::size_t run_at = 0;  ///< the word that becomes the server's run_id; 0: none
    /// Called once, on the link's strand, inside of hiredis: posts and returns. Dropped uncalled
    /// when the io_context is destroyed.
    std::function<void(result<reply>)> done;
    std::size_t bytes = 0;
    std::chrono::steady_clock::time_point due{};  ///< set when sent
};
using request_ptr = std::shared_ptr<request>;

}  // namespace market::redis
