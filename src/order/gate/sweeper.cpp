#include "gate/sweeper.hpp"

#include "gate/gate_credits.hpp"

#include <market/base/log.hpp>
#include <market/catalog/catalog_record.hpp>
#include <market/stock/ledger.hpp>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace market::order {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t holds_max = 500;    ///< settled a sale and round
constexpr std::size_t sales_max = 100;    ///< that begin, end, or lose their gate in a round
constexpr auto gate_removed_for = 10min;  ///< after the close a gate that is found is removed
constexpr std::size_t credits_max = 500;  ///< given a round
constexpr std::size_t purge_page_max = 500;
constexpr auto purge_interval = 10min;
constexpr auto key_kept_for = 24h;  // API.md 5: after the last sale of the cart has ended

/// What the record says of each hold. Holds whose keys have no row are given up by VOID keys.
std::vector<admission_outcome> decide(db::transaction& tx, sale_id sale,
                                      const std::vector<stock::hold>& holds, instant now) {
    std::vector<purchase_key> keys;
    for (const auto& hold : holds) keys.push_back(hold.key);
    std::unordered_map<purchase_key, purchase_key_row> rows;
    for (auto& row : find_keys(tx, keys, true)) rows.emplace(row.key, std::move(row));
    std::vector<void_key> given_up;
    std::vector<admission_outcome> out;
    for (const auto& hold : holds) {
        const auto found = rows.find(hold.key);
        const auto* row = found == rows.end() ? nullptr : &found->second;
        if (!row) given_up.push_back({hold.key, hold.buyer, sale});
        out.push_back(outcome_of_admission(tx, row, sale, hold.seq));
    }
    insert_void_keys(tx, given_up, now);
    return out;
}

/// Purges what may go of the next page of old keys. The last key of a full page, after which the
/// next one begins; empty: there is no next one.
result<std::optional<old_key>> purge_page(db::transaction& tx, instant limit,
                                          const std::optional<old_key>& after) {
    auto page = old_keys(tx, limit, after, purge_page_max);
    std::optional<old_key> last;
    if (page.size() == purge_page_max) last = page.back();
    std::set<sale_id> named;
    for (const auto& key : page) named.insert(key.sales.begin(), key.sales.end());
    const auto over = catalog::ended_before(tx, std::vector(named.begin(), named.end()), limit);
    const std::unordered_set<sale_id> ended(over.begin(), over.end());
    std::erase_if(page, [&](const old_key& key) {
        return !std::all_of(key.sales.begin(), key.sales.end(),
                            [&](const auto& sale) { return ended.contains(sale); });
    });
    if (!page.empty() && !purge_keys(tx, page))
        return failure{errc::database_unavailable, "another server purges the same keys"};
    return last;
}

}  // namespace

asio::awaitable<void> sweeper::sweep() {
    co_await begin_sales();
    co_await end_sales();
    co_await remove_old_gates();
    std::vector<sale_id> open;
    co_await open_gates(open);
    for (const auto& sale : open) co_await settle_holds(sale);
    co_await give_credits();
    co_await purge_some_keys();
}

/// By the gate's time, which decides who is admitted; a gate out of reach admits nobody.
asio::awaitable<void> sweeper::begin_sales() {
    auto list = [now = parts_.clock.now()](db::transaction& tx) -> result<std::vector<sale_id>> {
        return catalog::begun_unannounced(tx, now, sales_max);
    };
    auto begun = co_await parts_.database.read(std::move(list));
    if (!begun || begun->empty()) co_return;
    auto views = co_await parts_.gate.look(*begun);
    if (!views) co_return;
    for (std::size_t i = 0; i < begun->size(); ++i) {
        auto open = [this, sale = (*begun)[i],
                     now = (*views)[i].now](db::transaction& tx) -> result<bool> {
            return catalog::announce_opened(tx, sale, now, parts_.currency);
        };
        co_await parts_.database.write(std::move(open));
    }
}

/// A sale closes one request deadline after it ends: by then every buyer admitted in time has an
/// answer.
asio::awaitable<void> sweeper::end_sales() {
    const auto limit = parts_.clock.now() - hold_age_min_;
    auto list = [limit](db::transaction& tx) -> result<std::vector<sale_id>> {
        return catalog::ended_unclosed(tx, limit, sales_max);
    };
    auto ended = co_await parts_.database.read(std::move(list));
    if (!ended) co_return;
    for (const auto& sale : *ended) {
        auto close = [this, sale](db::transaction& tx) -> result<bool> {
            return catalog::close_sale(tx, sale, "system", parts_.clock.now(), parts_.currency);
        };
        const auto closed = co_await parts_.database.write(std::move(close));
        if (closed && *closed) log::info("sale.closed", {{"sale", to_string(sale)}});
    }
}

/// Whoever closed a sale removes its gate, unless it died in between or could not reach it.
asio::awaitable<void> sweeper::remove_old_gates() {
    const auto since = parts_.clock.now() - gate_removed_for;
    auto list = [since](db::transaction& tx) -> result<std::vector<sale_id>> {
        return catalog::closed_since(tx, since, sales_max);
    };
    auto closed = co_await parts_.database.read(std::move(list));
    if (!closed || closed->empty()) co_return;
    auto views = co_await parts_.gate.look(*closed);
    if (!views) co_return;
    for (std::size_t i = 0; i < closed->size(); ++i)
        if ((*views)[i].state != stock::gate_state::absent)
            co_await parts_.gate.remove((*closed)[i]);
}

/// A gate that is not open under its pool's epoch is loaded, traffic or not.
asio::awaitable<void> sweeper::open_gates(std::vector<sale_id>& open) {
    auto list = [](db::transaction& tx) -> result<std::vector<stock::pool>> {
        return stock::ledger::open_sale_pools(tx);
    };
    auto pools = co_await parts_.database.read(std::move(list));
    if (!pools) co_return;
    for (const auto& pool : *pools) open.push_back(*pool.sale);
    auto views = co_await parts_.gate.look(open);
    if (!views) {
        open.clear();
        co_return;
    }
    for (std::size_t i = 0; i < open.size(); ++i) {
        const auto& view = (*views)[i];
        if (view.state == stock::gate_state::open && view.epoch == (*pools)[i].gate_epoch) continue;
        auto loaded = co_await parts_.rebuilder.rebuild(open[i], stock::rebuild_reason::stale);
        if (!loaded)
            log::warning("gate.not_loaded",
                         {{"sale", to_string(open[i])},
                          {"cause", std::string{to_string(loaded.error().code)}}});
    }
}

/// The request of an old hold is over. If its order is there, the hold is sold; else a VOID key
/// gives it up. The key is unique, so it decides between this sweeper, any other, and a writer that
/// comes late.
asio::awaitable<void> sweeper::settle_holds(sale_id sale) {
    std::vector<sale_id> sales{sale};
    auto views = co_await parts_.gate.look(std::move(sales));
    if (!views || views->front().state != stock::gate_state::open || views->front().held == 0)
        co_return;
    const auto epoch = views->front().epoch;
    auto holds = co_await parts_.gate.holds(sale, views->front().now - hold_age_min_);
    if (!holds || holds->empty()) co_return;
    if (holds->size() > holds_max) holds->resize(holds_max);
    using outcomes_of_holds = std::vector<admission_outcome>;
    auto settle = [this, sale, holds = *holds](db::transaction& tx) -> result<outcomes_of_holds> {
        return decide(tx, sale, holds, parts_.clock.now());
    };
    const auto outcomes = co_await parts_.database.write(std::move(settle));
    if (!outcomes) co_return;
    for (std::size_t i = 0; i < holds->size(); ++i) {
        const stock::hold_ref admission{sale, epoch, (*holds)[i].key, (*holds)[i].seq};
        if ((*outcomes)[i] == admission_outcome::sold)
            co_await parts_.gate.confirm_one(admission);
        else
            co_await parts_.gate.cancel(admission);
    }
    log::info("gate.holds_settled",
              {{"sale", to_string(sale)}, {"holds", static_cast<std::int64_t>(holds->size())}});
}

asio::awaitable<void> sweeper::give_credits() {
    auto list = [](db::transaction& tx) -> result<std::vector<stock::credit>> {
        return stock::ledger::pending_credits(tx, credits_max);
    };
    auto credits = co_await parts_.database.read(std::move(list));
    if (!credits) co_return;
    for (const auto& credit : *credits) co_await give_credit(parts_, credit);
}

/// One page a round, one pass an interval.
asio::awaitable<void> sweeper::purge_some_keys() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_purge_) co_return;
    auto purge = [limit = parts_.clock.now() - key_kept_for, after = purged_up_to_](
                     db::transaction& tx) { return purge_page(tx, limit, after); };
    const auto last = co_await parts_.database.write(std::move(purge));
    purged_up_to_ = last ? *last : std::nullopt;
    if (!purged_up_to_) next_purge_ = now + purge_interval;
}

}  // namespace market::order
