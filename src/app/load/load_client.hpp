#pragma once
/// A crowd of buyers over real sockets, on one thread, because it shares the machine with the
/// server it measures.
#include "client/http_call.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace market::app {

/// One purchase to try: an order with a key of its own.
struct purchase_try {
    std::string_view token;  ///< of the buyer; must outlive the run
    std::string key;
    std::chrono::steady_clock::time_point due;  ///< sent then or later; latency counts from here
};

struct load_plan {
    http_origin target;
    std::size_t connections = 64;
    std::string body{};  ///< of POST /v1/orders
    /// The next purchase; empty: there is no more. Called by one thread.
    std::function<std::optional<purchase_try>()> next{};
    /// How often a 503 or a lost connection is retried with the same key.
    std::size_t retries_max = 0;
};

struct load_tally {
    std::uint64_t attempts = 0;                    ///< purchases tried; = sold + refused + errors
    std::uint64_t sold = 0;                        ///< 201
    std::map<std::string, std::uint64_t> refused;  ///< by `code` of the problem document
    std::uint64_t errors = 0;           ///< no answer, or none that can be read, or an internal one
    std::vector<std::uint32_t> micros;  ///< of each answered purchase
    std::chrono::steady_clock::duration selling{};  ///< from the start to the last 201
    std::chrono::steady_clock::duration whole{};

    std::uint64_t refusals() const;
};

/// Blocks until `next` is exhausted and everything is answered.
load_tally run_load(const load_plan& plan);

}  // namespace market::app
