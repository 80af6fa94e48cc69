#pragma once
#include <market/db/async_database.hpp>
#include <market/order/order_service.hpp>
#include <market/order/payment_provider.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/gate_rebuilder.hpp>
#include <market/stock/ledger.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace market::order {

struct settings {
    std::string currency = "KRW";
    std::chrono::milliseconds request_deadline{5'000};
    std::size_t batch_orders_max = 512;    ///< `writer.batch_orders_max`
    std::size_t queue_orders_max = 8'192;  ///< beyond: overloaded
    /// The name under which this server loads gates. Servers that share a gate have different
    /// names. A server with a gate of its own has the same name in each run: then, after a crash,
    /// it does not wait for a load of the run before.
    stock::ledger::loader_id loader{};
    std::chrono::days return_window{7};  ///< `orders.return_days`, from the delivery
    std::optional<std::chrono::seconds> payment_hold{};  ///< none: orders are confirmed at once
    std::shared_ptr<payment_provider> provider{};        ///< none: the sandbox
    /// How long a delivery stays in a state before it moves on by itself; none: never.
    std::optional<std::chrono::seconds> auto_delivery{};
};

/// The service and the rebuilder, with the threads of the writer and the sweepers behind them.
class order_module {
public:
    virtual ~order_module() = default;
    virtual order_service& service() = 0;
    virtual stock::gate_rebuilder& rebuilder() = 0;
    /// Starts the writer's threads and the sweepers' (a round a second, the first at once).
    virtual void start() = 0;
    /// Ends the sweepers, writes and answers what is queued, ends the writer. Requests that are
    /// still under way then are refused.
    virtual void stop() = 0;
};

/// Calls `notify` after commits that appended events: from any thread, before the buyer gets an
/// answer, and after units that came back were offered to the gate. `notify` must not block. What
/// the arguments refer to must outlive the module.
std::unique_ptr<order_module> make_order_module(db::async_database database,
                                                const wall_clock& clock, stock::stock_gate& gate,
                                                std::function<void()> notify, settings chosen);

}  // namespace market::order
