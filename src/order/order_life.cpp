#include "order_life.hpp"

#include "give_credit.hpp"

#include <market/outbox/outbox.hpp>
#include <market/stock/ledger.hpp>

#include <algorithm>
#include <set>

namespace market::order {

namespace {

failure no_such_order() { return {errc::order_not_found, "there is no such order"}; }

bool may_see(const user::principal& who, const order& what) {
    return who.is_admin() || what.user == who.id;
}

/// The pools of an order's lines, and the general pools to which units of closed sales move on.
std::vector<pool_id> pools_of(const order& what) {
    std::set<pool_id> out;
    for (const auto& line : what.lines) {
        out.insert(pool_of(line.product));
        if (line.sale) out.insert(pool_of(*line.sale));
    }
    return {out.begin(), out.end()};
}

}  // namespace

asio::awaitable<result<order>> order_life::read(user::principal who, order_id id) {
    auto work = [this, who, id]() -> result<order> {
        auto find = [&](db::transaction& tx) -> result<order> {
            auto found = find_order(tx, id);
            if (!found || !may_see(who, *found)) return no_such_order();
            return std::move(*found);
        };
        return database_.read(find, db::access::snapshot);
    };
    co_return co_await blocking_.run(std::move(work));
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
        return database_.read(select, db::access::snapshot);
    };
    co_return co_await blocking_.run(std::move(work));
}

asio::awaitable<result<order>> order_life::cancel(user::principal who, order_id id,
                                                  std::string traceparent) {
    auto work = [this, who, id, traceparent]() { return cancel_in_record(who, id, traceparent); };
    auto done = co_await blocking_.run(std::move(work));
    if (!done) co_return done.error();
    notify_relay_();
    for (const auto& credit : done->credits)
        co_await give_credit(database_, blocking_, gate_, rebuilder_, credit);
    co_return std::move(done->now);
}

result<order_life::cancelled> order_life::cancel_in_record(const user::principal& who, order_id id,
                                                           const std::string& traceparent) {
    auto work = [&](db::transaction& tx) -> result<cancelled> {
        auto found = find_order(tx, id, true);
        if (!found || !may_see(who, *found)) return no_such_order();
        if (found->state == order_state::cancelled) return cancelled{std::move(*found), {}};
        const auto now = clock_.now();
        cancelled out;
        if (!mark_cancelled(tx, id, now))
            return failure{errc::order_state, "the order can no longer be cancelled"};
        return_units(tx, *found, who, now, out.credits);
        out.now = find_order(tx, id).value();
        const std::array events{outbox::event{make_id<event_id>(), "market.orders",
                                              "market.order.cancelled.v1", to_string(id), now,
                                              to_json(out.now, currency_), traceparent}};
        outbox::append(tx, events);
        return out;
    };
    return database_.write(work);
}

void order_life::return_units(db::transaction& tx, const order& of, const user::principal& who,
                              instant at, std::vector<stock::credit>& credits) {
    const auto locked = stock::ledger::find_locked(tx, pools_of(of));
    for (const auto& line : of.lines) {
        const auto id = line.sale ? pool_of(*line.sale) : pool_of(line.product);
        const auto pool = std::find_if(locked.begin(), locked.end(),
                                       [&](const auto& each) { return each.id == id; });
        if (pool == locked.end())
            throw db::error{db::cause::other, "an order line names a pool that is not there"};
        auto credit = stock::ledger::give_back(tx, *pool, of.id, of.user, line.quantity,
                                               to_string(who.id), at);
        if (credit) credits.push_back(*credit);
    }
}

}  // namespace market::order
