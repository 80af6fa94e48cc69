#pragma once
#include <market/base/error.hpp>
#include <market/base/id.hpp>

#include <boost/asio/awaitable.hpp>

namespace market::stock {

/// Why a gate is to be loaded anew.
enum class rebuild_reason {
    stale,         ///< it answered so; done when it is open under the pool's epoch already
    drift,         ///< gate and record disagree
    forced,        ///< an operator asked; at most once a second a sale, calls are joined
    sale_changed,  ///< terms or units of the sale changed in the record; never joined
};

/// Loads a sale's gate from the record. Declared here, implemented by order (which knows the
/// purchase keys), handed to catalog by the composition root. Thread-safe.
class gate_rebuilder {
public:
    virtual ~gate_rebuilder() = default;
    /// Returns when the gate is open under the pool's epoch. Errors: sale_not_found, sale_ended
    /// (closed: nothing is built), gate_unavailable, database_unavailable.
    virtual boost::asio::awaitable<result<void>> rebuild(sale_id sale, rebuild_reason why) = 0;
};

}  // namespace market::stock
