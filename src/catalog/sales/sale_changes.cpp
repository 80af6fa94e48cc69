#include "sales/sale_changes.hpp"

#include "products/product_queries.hpp"
#include "sales/sale_queries.hpp"
#include "version_condition.hpp"

#include <market/base/log.hpp>
#include <market/catalog/catalog_record.hpp>
#include <market/stock/ledger.hpp>

namespace market::catalog {

namespace {

namespace ledger = stock::ledger;
using stock::rebuild_reason;

failure no_sale() { return {errc::sale_not_found, "there is no such sale"}; }

void warn(std::string_view event, sale_id id, const failure& why) {
    log::warning(event, {{"sale", to_string(id)}, {"detail", why.detail}});
}

// Retiring a product takes the same lock: a retired one gets no new sale.
result<sale_record> insert_with_units(db::transaction& tx, const sale_row& row, user_id actor,
                                      instant now) {
    if (!find_product_locked(tx, row.product))
        return failure{errc::product_not_found, "there is no such product"};
    auto moved = ledger::allocate(tx, row.product, row.id, row.quantity, to_string(actor), now);
    if (!moved) return moved.error();
    insert_sale(tx, row, now);
    return find_record(tx, row.id);
}

/// A sale, locked with all that belongs to it: product, sale, pools, in this order.
struct locked_sale {
    sale_row row;
    bool has_opened = false;
};
result<locked_sale> lock_sale(db::transaction& tx, sale_id id) {
    const auto seen = find_sale(tx, id);  // which product it is never changes
    if (!seen) return no_sale();
    if (!find_product_locked(tx, seen->product))
        return failure{errc::sale_state, "the sale has ended, and its product is retired"};
    auto row = find_sale_locked(tx, id);
    if (!row) return no_sale();
    const pool_id both[] = {pool_of(row->product), pool_of(id)};
    ledger::find_locked(tx, both);
    const bool has_opened = row->opened || ledger::has_buyers(tx, id);
    return locked_sale{std::move(*row), has_opened};
}

}  // namespace

asio::awaitable<result<sale>> sale_changes::create(new_sale wanted, user_id actor) {
    const instant now = clock_.now();
    if (auto fine = check_window(wanted.starts_at, wanted.ends_at, now); !fine) {
        co_return fine.error();
    }
    sale_row row{.id = make_id<sale_id>(),
                 .product = wanted.product,
                 .title = std::move(wanted.title),
                 .price = wanted.price,
                 .quantity = wanted.quantity,
                 .per_user_limit = wanted.per_user_limit,
                 .starts_at = wanted.starts_at,
                 .ends_at = wanted.ends_at,
                 .paused = false,
                 .closed_at = std::nullopt,
                 .opened = false,
                 .version = 1};
    auto insert = [row, actor, now](db::transaction& tx) {
        return insert_with_units(tx, row, actor, now);
    };
    auto record = co_await database_.write(std::move(insert));
    if (!record) co_return record.error();
    // The sale is committed, whatever the gate says: the sweeper opens a gate that stays behind.
    const auto opened = co_await rebuilder_.rebuild(row.id, rebuild_reason::sale_changed);
    if (!opened) warn("catalog.gate_not_opened", row.id, opened.error());
    co_return co_await reader_.current_sale(std::move(*record));
}

asio::awaitable<result<sale>> sale_changes::change(sale_id id, sale_change wanted, user_id actor,
                                                   version_condition upon) {
    const bool needs_gate_time =
        wanted.price || wanted.quantity || wanted.per_user_limit || wanted.starts_at;
    row_edit edit = [wanted, upon](const sale_row& before, instant now,
                                   bool has_opened) -> result<sale_row> {
        if (auto fine = check_version(upon, before.version); !fine) return fine.error();
        auto after = with(before, wanted);
        if (auto fine = check_change(before, after, now, has_opened); !fine) return fine.error();
        return after;
    };
    co_return co_await change_gated(id, std::move(edit), actor, needs_gate_time);
}

asio::awaitable<result<sale>> sale_changes::pause(sale_id id, bool paused) {
    row_edit edit = [paused](const sale_row& before, instant now, bool) -> result<sale_row> {
        if (has_ended(before, now)) return failure{errc::sale_state, "the sale has ended"};
        auto after = before;
        after.paused = paused;
        return after;
    };
    co_return co_await change_gated(id, std::move(edit), user_id{}, false);
}

// 1. Read first: a change that is refused, or changes nothing, does not touch the gate.
// 2. A frozen gate admits nobody. So what its time says of the sale is still true under the pool's
//    lock; a buyer row there tells of buyers whom an earlier gate admitted.
// 3. The epoch is raised in the transaction of the change: after it no admission under the old
//    terms becomes an order.
// 4. Whatever the outcome of the change, the gate does not stay frozen.
asio::awaitable<result<sale>> sale_changes::change_gated(sale_id id, row_edit edit, user_id actor,
                                                         bool needs_gate_time) {
    auto before = co_await reader_.read_record(id);
    if (!before) co_return before.error();
    const auto view = co_await reader_.gate_view_of(id);
    if (!view && needs_gate_time)
        co_return failure{errc::gate_unavailable,
                          "the gate cannot say whether the sale has opened"};
    const auto expected = edit(before->row, view ? view->now : clock_.now(), before->row.opened);
    if (!expected) co_return expected.error();
    if (*expected == before->row) co_return co_await reader_.current_sale(std::move(*before));

    const auto frozen = co_await gate_.freeze(id);
    if (!frozen && needs_gate_time) co_return frozen.error();
    const instant now = frozen ? frozen->now : clock_.now();
    auto changed = co_await change_frozen(id, std::move(edit), actor, now);
    const auto why = changed ? rebuild_reason::sale_changed : rebuild_reason::stale;
    const auto loaded = co_await rebuilder_.rebuild(id, why);
    if (!loaded) warn("catalog.gate_not_opened", id, loaded.error());
    if (!changed) co_return changed.error();
    co_return co_await reader_.current_sale(std::move(*changed));
}

asio::awaitable<result<sale_record>> sale_changes::change_frozen(sale_id id, row_edit edit,
                                                                 user_id actor, instant now) {
    auto update = [this, id, edit, actor, now](db::transaction& tx) -> result<sale_record> {
        const auto locked = lock_sale(tx, id);
        if (!locked) return locked.error();
        const auto& row = locked->row;
        const auto after = edit(row, now, locked->has_opened);
        if (!after) return after.error();
        if (const auto more = after->quantity - row.quantity; more != 0) {
            auto moved = ledger::reallocate(tx, id, more, to_string(actor), clock_.now());
            if (!moved) return moved.error();
        }
        ledger::begin_load(tx, id);
        update_sale(tx, *after);
        return find_record(tx, id);
    };
    co_return co_await database_.write(std::move(update));
}

asio::awaitable<result<sale>> sale_changes::close(sale_id id, user_id actor) {
    const instant now = clock_.now();
    auto close = [this, id, actor, now](db::transaction& tx) -> result<sale_record> {
        auto closed = close_sale(tx, id, to_string(actor), now, chosen_.currency);
        if (!closed) return closed.error();
        return find_record(tx, id);
    };
    auto record = co_await database_.write(std::move(close));
    if (!record) co_return record.error();
    // A gate that could not be removed does no harm: its epoch is over.
    const auto removed = co_await gate_.remove(id);
    if (!removed) warn("catalog.gate_not_removed", id, removed.error());
    co_return co_await reader_.current_sale(std::move(*record));
}

}  // namespace market::catalog
