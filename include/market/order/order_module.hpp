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
    /// In whose name gates are loaded. A server whose gate is its own keeps one name for all its
    /// runs, so that it need not wait for its former self; where several share a gate each has one
    /// of its own.
    stock::ledger::loader_id loader{};
    std::chrono::days return_window{7};  ///< `orders.return_days`, from the delivery
    std::optional<std::chrono::seconds> payment_hold{};  ///< none: orders are confirmed at once
    std::shared_ptr<payment_provider> provider{};        ///< none: the sandbox
    /// How long a delivery stays in a state before it moves on by itself; none: never.
    std::optional<std::chrono::seconds> auto_delivery{};
};

/// The order module as one part: service, rebuilder, group-committing writer, sweeper.
class order_module {
public:
    virtual ~order_module() = default;
    virtual order_service& service() = 0;
    virtual stock::gate_rebuilder& rebuilder() = 0;
    /// Starts the writer's threads and the sweeper's (a round a second, the first at once).
    virtual void start() = 0;
    /// Ends the sweeper; writes what is queued, answers it, ends the writer. Requests still under
    /// way after it are refused.
    virtual void stop() = 0;
};

/// `notify` is called, from any thread, after each commit that appended events and moved units,
/// once the gate knows of it too and before anybody is answered; it never blocks. All arguments
/// must outlive the module.
std::unique_ptr<order_module> make_order_module(db::async_database database,
                                                const wall_clock& clock, stock::stock_gate& gate,
                                                std::function<void()> notify, settings chosen);

}  // namespace market::order
