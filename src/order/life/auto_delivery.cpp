#include "life/auto_delivery.hpp"

#include "record/order_queries.hpp"

#include <market/base/log.hpp>

namespace market::order {

namespace {

constexpr std::size_t due_max = 500;  ///< moved a round

}  // namespace

/// Does nothing when somebody moved the delivery meanwhile: the state that it is in now has to last
/// as long as the one before, so its time is read again under the order's lock.
result<void> auto_delivery::move_on(db::transaction& tx, order_id id) const {
    const auto locked = find_order(tx, id, true);
    if (!locked || !locked->delivery) return {};
    const auto now = parts_.clock.now();
    const auto next = next_delivery(locked->state);
    if (!next || now < locked->delivery->history.back().at + stay_) return {};
    const auto outcome = take_step(tx, *locked, {*next, now, "system", ""}, parts_.currency);
    if (!outcome) return outcome.error();
    return {};
}

asio::awaitable<void> auto_delivery::sweep() {
    const auto since = parts_.clock.now() - stay_;
    auto find = [since](db::transaction& tx) -> result<std::vector<order_id>> {
        return resting_deliveries(tx, since, due_max);
    };
    const auto due = co_await parts_.database.read(std::move(find));
    if (!due) co_return;
    for (const auto& id : *due) {
        auto move = [this, id](db::transaction& tx) { return move_on(tx, id); };
        const auto moved = co_await parts_.database.write(std::move(move));
        if (!moved)
            log::warning(
                "order.delivery_not_moved",
                {{"order", to_string(id)}, {"cause", std::string{to_string(moved.error().code)}}});
    }
    if (!due->empty()) parts_.notify();
}

}  // namespace market::order
