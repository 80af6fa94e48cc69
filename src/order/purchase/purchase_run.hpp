#pragma once
/// One purchase from the gate to the record: admit every sale line, write, answer.
#include "order_parts.hpp"
#include "purchase/purchase_queue.hpp"
#include "purchase/purchase_rules.hpp"

#include <optional>
#include <set>

namespace market::order {

/// Lives in the frame of the coroutine that awaits `buy`.
class purchase_run {
public:
    /// `queue`: the writer's.
    purchase_run(const order_parts& parts, purchase_queue& queue, cart wanted)
        : parts_(parts), queue_(queue), cart_(std::move(wanted)) {}

    /// Errors: as order_service::place.
    asio::awaitable<result<purchase_reply>> buy();

private:
    using answer = std::optional<result<purchase_reply>>;  ///< empty: go on

    asio::awaitable<answer> precheck();
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
    asio::awaitable<result<std::optional<purchase_key_row>>> read_key();
    asio::awaitable<void> pause();
    stock::hold_ref admission(std::size_t index) const;
    bool late() const;

    const order_parts& parts_;
    purchase_queue& queue_;
    cart cart_;
    std::set<std::size_t> admitted_;  ///< indices of lines that may hold an admission
};

}  // namespace market::order
