#include "life/order_life.hpp"

#include "life/order_access.hpp"

namespace market::order {

namespace {

order_action action_of(delivery_step to) {
    switch (to) {
        case delivery_step::preparing: return order_action::prepare;
        case delivery_step::shipped: return order_action::ship;
        case delivery_step::delivered: return order_action::deliver;
    }
    return order_action::deliver;
}

std::optional<instant> delivered_at(const order& what) {
    if (what.delivery)
        for (const auto& entered : what.delivery->history)
            if (entered.state == "delivered") return entered.at;
    return std::nullopt;
}

constexpr auto unconditionally = [](const order&, instant) -> std::optional<failure> {
    return std::nullopt;
};
constexpr auto nothing = [](db::transaction&, const order&, instant) {};

}  // namespace

asio::awaitable<result<order>> order_life::read(user::principal who, order_id id) {
    auto find = [who, id](db::transaction& tx) -> result<order> {
        auto found = find_order(tx, id);
        if (!found || !may_see(who, *found)) return no_such_order();
        return std::move(*found);
    };
    return parts_.database.read(std::move(find), db::access::snapshot);
}

asio::awaitable<result<page<order>>> order_life::list(user::principal who, page_request request,
                                                      order_filter filter) {
    const auto before = cursor_position<order_id>(request);
    if (!before) co_return before.error();
    const order_selection selection{
        .owner = who.is_admin() ? filter.user : std::optional{who.id},
        .sale = filter.sale,
        .state = filter.state,
        .before = *before,
        .limit = request.limit + 1,
    };
    auto select = [selection, request](db::transaction& tx) -> result<page<order>> {
        return cut_page(select_orders(tx, selection), request,
                        [](const order& row) { return row.id; });
    };
    co_return co_await parts_.database.read(std::move(select), db::access::snapshot);
}

template <class Check, class Record>
asio::awaitable<result<order>> order_life::act(user::principal who, order_id id, order_action what,
                                               std::string traceparent, Check check,
                                               Record record) {
    auto change = [this, who, id, what, traceparent, check,
                   record](db::transaction& tx) -> result<step_outcome> {
        auto found = find_order(tx, id, true);
        if (!found || !may_see(who, *found)) return no_such_order();
        const auto now = parts_.clock.now();
        if (auto refusal = check(*found, now)) return *std::move(refusal);
        const bool is_there = found->state == end_of(what);
        if (!is_there && !may(what, found->state)) return not_in_this_state(found->state);
        record(tx, *found, now);
        if (is_there) return step_outcome{find_order(tx, id).value()};
        return take_step(tx, *found, {what, now, to_string(who.id), traceparent}, parts_.currency);
    };
    auto outcome = co_await parts_.database.write(std::move(change));
    if (!outcome) co_return outcome.error();
    co_await finish_step(parts_, std::move(outcome->credits));
    co_return std::move(outcome->now);
}

asio::awaitable<result<order>> order_life::cancel(user::principal who, order_id id,
                                                  std::string traceparent) {
    return act(who, id, order_action::cancel, std::move(traceparent), unconditionally, nothing);
}

asio::awaitable<result<order>> order_life::set_delivery(user::principal who, order_id id,
                                                        delivery_change change,
                                                        std::string traceparent) {
    auto record = [carrier = std::move(change.carrier), tracking = std::move(change.tracking)](
                      db::transaction& tx, const order& of, instant) {
        set_shipment(tx, of.id, carrier, tracking);
    };
    return act(who, id, action_of(change.to), std::move(traceparent), unconditionally,
               std::move(record));
}

asio::awaitable<result<order>> order_life::request_return(user::principal who, order_id id,
                                                          std::string reason,
                                                          std::string traceparent) {
    auto check = [who, window = return_window_](const order& of,
                                                instant now) -> std::optional<failure> {
        if (of.user != who.id) return not_the_buyer();
        if (of.state == order_state::delivered &&
            return_window_closed(delivered_at(of).value(), now, window))
            return failure{errc::return_window_closed,
                           "the order was delivered too long ago to be returned"};
        return std::nullopt;
    };
    auto record = [reason = std::move(reason)](db::transaction& tx, const order& of, instant now) {
        if (of.state == order_state::delivered) insert_return(tx, of.id, reason, now);
    };
    return act(who, id, order_action::request_return, std::move(traceparent), std::move(check),
               std::move(record));
}

asio::awaitable<result<order>> order_life::accept_return(user::principal who, order_id id,
                                                         std::string traceparent) {
    auto record = [who](db::transaction& tx, const order& of, instant now) {
        mark_return_accepted(tx, of.id, who.id, now);
    };
    return act(who, id, order_action::accept_return, std::move(traceparent), unconditionally,
               std::move(record));
}

}  // namespace market::order
