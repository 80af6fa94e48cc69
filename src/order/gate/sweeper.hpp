#pragma once
/// What faults leave behind, put right once a second: gates that are not open, holds whose request
/// is over, credits that the gate has not taken, keys kept long enough. And what time brings: sales
/// begin and end.
#include "record/order_queries.hpp"

#include <market/base/worker_pool.hpp>
#include <market/db/database.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/gate_rebuilder.hpp>
#include <market/stock/pool.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace market::order {

class sweeper {
public:
    struct settings {
        std::chrono::milliseconds hold_age_min;  ///< the request deadline: younger holds are in use
        std::string currency;
    };
    sweeper(db::database& database, worker_pool& blocking, const wall_clock& clock,
            stock::stock_gate& gate, stock::gate_rebuilder& rebuilder, settings chosen)
        : database_(database),
          blocking_(blocking),
          clock_(clock),
          gate_(gate),
          rebuilder_(rebuilder),
          chosen_(chosen) {}

    /// One round. Faults of one sale do not keep it from the others.
    asio::awaitable<void> sweep();

    /// What the row of a hold's key decides. Every sweeper and every late writer decides alike.
    enum class fate { sold, given_up };

private:
    asio::awaitable<void> begin_sales();
    asio::awaitable<void> end_sales();
    asio::awaitable<void> remove_old_gates();
    asio::awaitable<void> open_gates(std::vector<sale_id>& open);
    asio::awaitable<void> settle_holds(sale_id sale);
    asio::awaitable<void> give_credits();
    asio::awaitable<void> purge_some_keys();
    result<std::vector<fate>> decide(sale_id sale, const std::vector<stock::hold>& holds);
    result<bool> purge_page();

    db::database& database_;
    worker_pool& blocking_;
    const wall_clock& clock_;
    stock::stock_gate& gate_;
    stock::gate_rebuilder& rebuilder_;
    settings chosen_;
    std::chrono::steady_clock::time_point next_purge_{};
    std::optional<old_key> purged_up_to_;
};

}  // namespace market::order
