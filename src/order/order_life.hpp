#pragma once
/// Orders after the purchase: read, list, cancel.
#include "order_queries.hpp"

#include <market/base/worker_pool.hpp>
#include <market/db/database.hpp>
#include <market/order/order_service.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/gate_rebuilder.hpp>

#include <functional>

namespace market::order {

class order_life {
public:
    order_life(db::database& database, worker_pool& blocking, const wall_clock& clock,
               stock::stock_gate& gate, stock::gate_rebuilder& rebuilder,
               std::function<void()> notify_relay, std::string currency)
        : database_(database),
          blocking_(blocking),
          clock_(clock),
          gate_(gate),
          rebuilder_(rebuilder),
          notify_relay_(std::move(notify_relay)),
          currency_(std::move(currency)) {}

    /// As in order_service.
    asio::awaitable<result<order>> read(user::principal who, order_id id);
    asio::awaitable<result<page<order>>> list(user::principal who, page_request request,
                                              order_filter filter);
    asio::awaitable<result<order>> cancel(user::principal who, order_id id,
                                          std::string traceparent);

private:
    struct cancelled {
        order now;
        std::vector<stock::credit> credits;
    };
    result<cancelled> cancel_in_record(const user::principal& who, order_id id,
                                       const std::string& traceparent);
    void return_units(db::transaction& tx, const order& of, const user::principal& who, instant at,
                      std::vector<stock::credit>& credits);

    db::database& database_;
    worker_pool& blocking_;
    const wall_clock& clock_;
    stock::stock_gate& gate_;
    stock::gate_rebuilder& rebuilder_;
    std::function<void()> notify_relay_;
    std::string currency_;
};

}  // namespace market::order
