#include "life/auto_delivery.hpp"

#include "record/order_queries.hpp"

#include <market/base/log.hpp>

namespace market::order {

namespace {

constexpr std::size_t due_max = 500;  ///< moved a round

}  // namespace

result<std::vector<order_id>> auto_delivery::find_due() {
    auto find = [this](db::transaction& tx) -> result<std::vector<order_id>> {
        return resting_deliveries(tx, parts_.clock.now() - stay_, due_max);
    };
    return parts_.database.read(find);
}

/// Empty: somebody moved it meanwhile. Looked at once more under the lock of the order, since the
/// state that another has just moved it to is to last as long as the others.
result<std::optional<stepped>> auto_delivery::move_on(order_id id) {
    auto change = [&](db::transaction& tx) -> result<std::optional<stepped>> {
        const auto locked = find_order(tx, id, true);
        if (!locked || !locked->delivery) return std::optional<stepped>{};
        const auto now = parts_.clock.now();
        const auto next = next_delivery(locked->state);
        if (!next || now < locked->delivery->history.back().at + stay_)
            return std::optional<stepped>{};
        auto moved = take_step(tx, *locked, {*next, now, "system", ""}, parts_.currency);
        if (!moved) return moved.error();
        return std::optional{std::move(*moved)};
    };
    return parts_.database.write(change);
}

asio::awaitable<void> auto_delivery::sweep() {
    auto find = [this]() { return find_due(); };
    const auto due = co_await parts_.blocking.run(std::move(find));
    if (!due) co_return;
    for (const auto& id : *due) {
        auto work = [this, id]() { return move_on(id); };
        const auto moved = co_await parts_.blocking.run(std::move(work));
        if (!moved)
            log::warning(
                "order.delivery_not_moved",
                {{"order", to_string(id)}, {"cause", std::string{to_string(moved.error().code)}}});
    }
    if (!due->empty()) parts_.notify();
}

}  // namespace market::order
