#pragma once
#include <market/base/error.hpp>
#include <market/base/id.hpp>

#include <boost/asio/awaitable.hpp>

namespace market::stock {

/// Why a gate has to be loaded again.
enum class rebuild_reason {
    stale,         ///< it answered `stale`; nothing to do if it is open under the pool's epoch
    drift,         ///< the gate disagrees with the record
    forced,        ///< an operator asked; at most once a second for each sale, calls are joined
    sale_changed,  ///< its terms or units changed in the record; calls are never joined
};

/// Loads a sale's gate from the record. Thread-safe. The module order implements it, because it
/// knows the purchase keys; the composition root gives it to catalog.
class gate_rebuilder {
public:
    virtual ~gate_rebuilder() = default;
    /// Returns when the gate is open under the pool's epoch. Errors: sale_not_found, sale_ended
    /// (closed: nothing is built), gate_unavailable, database_unavailable.
    virtual boost::asio::awaitable<result<void>> rebuild(sale_id sale, rebuild_reason why) = 0;
};

}  // namespace market::stock
