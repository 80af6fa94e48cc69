#pragma once
/// One purchase from the gate to the record: admit every sale line, write, answer.
#include "purchase/purchase_queue.hpp"
#include "purchase/purchase_rules.hpp"

#include <market/base/worker_pool.hpp>
#include <market/db/database.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/gate_rebuilder.hpp>

#include <optional>
#include <set>

namespace market::order {

/// What a purchase needs; lives as long as the module.
struct purchase_parts {
    db::database& database;
    worker_pool& blocking;
    stock::stock_gate& gate;
    stock::gate_rebuilder& rebuilder;
    purchase_queue& queue;
};

/// Lives in the frame of the coroutine that awaits `buy`.
class purchase_run {
public:
    purchase_run(const purchase_parts& parts, cart wanted, bool keyed)
        : parts_(parts), cart_(std::move(wanted)), keyed_(keyed) {}

    /// Errors: as order_service::place.
    asio::awaitable<result<purchase_reply>> buy();

private:
    using answer = std::optional<result<purchase_reply>>;  ///< empty: go on

    asio::awaitable<answer> look_before();
    asio::awaitable<answer> admit_all();
    asio::awaitable<answer> admit(std::size_t index);
    asio::awaitable<answer> after_silence(failure why);
    asio::awaitable<answer> after_known(std::size_t index, bool done);
    asio::awaitable<answer> after_stale(std::size_t index);
    asio::awaitable<answer> reload_all();
    asio::awaitable<write_answer> write();
    asio::awaitable<void> give_back_all();
    asio::awaitable<void> give_back(std::size_t index);
    asio::awaitable<void> settle_by_record();
    asio::awaitable<result<std::optional<purchase_key_row>>> find_key();
    asio::awaitable<void> pause();
    stock::hold_ref admission(std::size_t index) const;
    bool late() const;

    const purchase_parts& parts_;
    cart cart_;
    const bool keyed_;
    std::set<std::size_t> admitted_;  ///< indices of lines that may hold an admission
};

}  // namespace market::order
