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
constexpr auto nothing_more = [](db::transaction&, const order&, instant) {};

}  // namespace

asio::awaitable<result<order>> order_life::read(user::principal who, order_id id) {
    auto work = [this, who, id]() -> result<order> {
        auto find = [&](db::transaction& tx) -> result<order> {
            auto found = find_order(tx, id);
            if (!found || !may_see(who, *found)) return no_such_order();
            return std::move(*found);
        };
        return parts_.database.read(find, db::access::snapshot);
    };
    co_return co_await parts_.blocking.run(std::move(work));
}

asio::awaitable<result<page<order>>> order_life::list(user::principal who, page_request request,
                                                      order_filter filter) {
    auto work = [this, who, request, filter]() -> result<page<order>> {
        auto before = cursor_position<order_id>(request);
        if (!before) return before.error();
        const order_selection wanted{
            .owner = who.is_admin() ? filter.user : std::optional{who.id},
            .sale = filter.sale,
            .state = filter.state,
            .before = *before,
            .limit = request.limit + 1,
        };
        auto select = [&](db::transaction& tx) -> result<page<order>> {
            return cut_page(select_orders(tx, wanted), request,
                            [](const order& row) { return row.id; });
        };
        return parts_.database.read(select, db::access::snapshot);
    };
    co_return co_await parts_.blocking.run(std::move(work));
}

template <class Check, class Note>
asio::awaitable<result<order>> order_life::act(user::principal who, order_id id, order_action what,
                                               std::string traceparent, Check check, Note note) {
    auto work = [this, who, id, what, traceparent, check, note]() -> result<stepped> {
        auto change = [&](db::transaction& tx) -> result<stepped> {
            auto found = find_order(tx, id, true);
            if (!found || !may_see(who, *found)) return no_such_order();
            const auto now = parts_.clock.now();
            if (auto refused = check(*found, now)) return *std::move(refused);
            const bool is_there = found->state == end_of(what);
            if (!is_there && !may(what, found->state)) return not_in_this_state(found->state);
            note(tx, *found, now);
            if (is_there) return stepped{find_order(tx, id).value()};
            return take_step(tx, *found, {what, now, to_string(who.id), traceparent},
                             parts_.currency);
        };
        return parts_.database.write(change);
    };
    auto done = co_await parts_.blocking.run(std::move(work));
    if (!done) co_return done.error();
    co_await spread(parts_, std::move(done->credits));
    co_return std::move(done->now);
}

asio::awaitable<result<order>> order_life::cancel(user::principal who, order_id id,
                                                  std::string traceparent) {
    return act(who, id, order_action::cancel, std::move(traceparent), unconditionally,
               nothing_more);
}

asio::awaitable<result<order>> order_life::set_delivery(user::principal who, order_id id,
                                                        delivery_change wanted,
                                                        std::string traceparent) {
    auto note = [carrier = std::move(wanted.carrier), tracking = std::move(wanted.tracking)](
                    db::transaction& tx, const order& of, instant) {
        note_shipment(tx, of.id, carrier, tracking);
    };
    return act(who, id, action_of(wanted.to), std::move(traceparent), unconditionally,
               std::move(note));
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
    auto note = [reason = std::move(reason)](db::transaction& tx, const order& of, instant now) {
        if (of.state == order_state::delivered) insert_return(tx, of.id, reason, now);
    };
    return act(who, id, order_action::request_return, std::move(traceparent), std::move(check),
               std::move(note));
}

asio::awaitable<result<order>> order_life::accept_return(user::principal who, order_id id,
                                                         std::string traceparent) {
    auto note = [who](db::transaction& tx, const order& of, instant now) {
        note_return_accepted(tx, of.id, who.id, now);
    };
    return act(who, id, order_action::accept_return, std::move(traceparent), unconditionally,
               std::move(note));
}

}  // namespace market::order
