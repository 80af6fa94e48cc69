#include "gate/sweeper.hpp"

#include "gate/gate_credits.hpp"

#include <market/base/log.hpp>
#include <market/catalog/catalog_record.hpp>
#include <market/stock/ledger.hpp>

#include <set>
#include <unordered_map>
#include <unordered_set>

namespace market::order {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t holds_max = 500;    ///< settled a sale and round
constexpr std::size_t sales_max = 100;    ///< that begin, end, or lose their gate in a round
constexpr auto gate_removed_for = 10min;  ///< how long after the close it is looked after
constexpr std::size_t credits_max = 500;  ///< given a round
constexpr std::size_t purge_page_max = 500;
constexpr auto purge_interval = 10min;
constexpr auto key_kept_for = 24h;  // API.md 5: after the last sale of the cart has ended

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

/// By the gate's time, which decides who gets in; when the gate is out of reach nobody does.
asio::awaitable<void> sweeper::begin_sales() {
    auto read = [this]() -> result<std::vector<sale_id>> {
        auto list = [this](db::transaction& tx) -> result<std::vector<sale_id>> {
            return catalog::begun_untold(tx, clock_.now(), sales_max);
        };
        return database_.read(list);
    };
    auto begun = co_await blocking_.run(std::move(read));
    if (!begun || begun->empty()) co_return;
    auto views = co_await gate_.look(*begun);
    if (!views) co_return;
    for (std::size_t i = 0; i < begun->size(); ++i) {
        auto tell = [this, sale = (*begun)[i], now = (*views)[i].now]() -> result<bool> {
            auto work = [&](db::transaction& tx) -> result<bool> {
                return catalog::tell_opened(tx, sale, now, chosen_.currency);
            };
            return database_.write(work);
        };
        co_await blocking_.run(std::move(tell));
    }
}

/// One request deadline after its end nobody who was admitted in time is under way any more.
asio::awaitable<void> sweeper::end_sales() {
    auto read = [this]() -> result<std::vector<sale_id>> {
        auto list = [this](db::transaction& tx) -> result<std::vector<sale_id>> {
            return catalog::ended_unclosed(tx, clock_.now() - chosen_.hold_age_min, sales_max);
        };
        return database_.read(list);
    };
    auto ended = co_await blocking_.run(std::move(read));
    if (!ended) co_return;
    for (const auto& sale : *ended) {
        auto close = [this, sale]() -> result<bool> {
            auto work = [&](db::transaction& tx) -> result<bool> {
                return catalog::close_for_good(tx, sale, "system", clock_.now(), chosen_.currency);
            };
            return database_.write(work);
        };
        const auto closed = co_await blocking_.run(std::move(close));
        if (closed && *closed) log::info("sale.closed", {{"sale", to_string(sale)}});
    }
}

/// Whoever closed a sale removes its gate, unless it died in between or could not reach it.
asio::awaitable<void> sweeper::remove_old_gates() {
    auto read = [this]() -> result<std::vector<sale_id>> {
        auto list = [this](db::transaction& tx) -> result<std::vector<sale_id>> {
            return catalog::closed_since(tx, clock_.now() - gate_removed_for, sales_max);
        };
        return database_.read(list);
    };
    auto closed = co_await blocking_.run(std::move(read));
    if (!closed || closed->empty()) co_return;
    auto views = co_await gate_.look(*closed);
    if (!views) co_return;
    for (std::size_t i = 0; i < closed->size(); ++i)
        if ((*views)[i].state != stock::gate_state::absent) co_await gate_.remove((*closed)[i]);
}

/// A gate that is not open under its pool's epoch is loaded, traffic or not.
asio::awaitable<void> sweeper::open_gates(std::vector<sale_id>& open) {
    auto read = [this]() -> result<std::vector<stock::pool>> {
        auto list = [](db::transaction& tx) -> result<std::vector<stock::pool>> {
            return stock::ledger::open_sale_pools(tx);
        };
        return database_.read(list);
    };
    auto pools = co_await blocking_.run(std::move(read));
    if (!pools) co_return;
    for (const auto& pool : *pools) open.push_back(*pool.sale);
    auto views = co_await gate_.look(open);
    if (!views) {
        open.clear();
        co_return;
    }
    for (std::size_t i = 0; i < open.size(); ++i) {
        const auto& view = (*views)[i];
        if (view.state == stock::gate_state::open && view.epoch == (*pools)[i].gate_epoch) continue;
        auto loaded = co_await rebuilder_.rebuild(open[i], stock::rebuild_reason::stale);
        if (!loaded)
            log::warning("gate.not_loaded",
                         {{"sale", to_string(open[i])},
                          {"cause", std::string{to_string(loaded.error().code)}}});
    }
}

/// A hold whose request is over is sold if its order is there, and else given up by a VOID key,
/// which decides between this sweeper, any other, and a writer that comes late: the key is unique.
asio::awaitable<void> sweeper::settle_holds(sale_id sale) {
    std::vector<sale_id> wanted{sale};
    auto views = co_await gate_.look(std::move(wanted));
    if (!views || views->front().state != stock::gate_state::open || views->front().held == 0)
        co_return;
    const auto epoch = views->front().epoch;
    auto holds = co_await gate_.holds(sale, views->front().now - chosen_.hold_age_min);
    if (!holds || holds->empty()) co_return;
    if (holds->size() > holds_max) holds->resize(holds_max);
    auto ask = [this, sale, &holds]() { return decide(sale, *holds); };
    auto fates = co_await blocking_.run(std::move(ask));
    if (!fates) co_return;
    for (std::size_t i = 0; i < holds->size(); ++i) {
        const stock::hold_ref admission{sale, epoch, (*holds)[i].key, (*holds)[i].seq};
        if ((*fates)[i] == fate::sold)
            co_await gate_.confirm_one(admission);
        else
            co_await gate_.cancel(admission);
    }
    log::info("gate.holds_settled",
              {{"sale", to_string(sale)}, {"holds", static_cast<std::int64_t>(holds->size())}});
}

result<std::vector<sweeper::fate>> sweeper::decide(sale_id sale,
                                                   const std::vector<stock::hold>& holds) {
    auto work = [&](db::transaction& tx) -> result<std::vector<fate>> {
        std::vector<purchase_key> keys;
        for (const auto& hold : holds) keys.push_back(hold.key);
        std::unordered_map<purchase_key, purchase_key_row> rows;
        for (auto& row : find_keys(tx, keys, true)) rows.emplace(row.key, std::move(row));
        std::vector<void_key> given_up;
        std::vector<fate> out;
        for (const auto& hold : holds) {
            const auto row = rows.find(hold.key);
            const bool sold = row != rows.end() && row->second.order &&
                              holds_admission(tx, *row->second.order, sale, hold.seq);
            out.push_back(sold ? fate::sold : fate::given_up);
            if (row == rows.end()) given_up.push_back({hold.key, hold.buyer, sale});
        }
        insert_void_keys(tx, given_up, clock_.now());
        return out;
    };
    return database_.write(work);
}

asio::awaitable<void> sweeper::give_credits() {
    auto read = [this]() -> result<std::vector<stock::credit>> {
        auto list = [](db::transaction& tx) -> result<std::vector<stock::credit>> {
            return stock::ledger::pending_credits(tx, credits_max);
        };
        return database_.read(list);
    };
    auto credits = co_await blocking_.run(std::move(read));
    if (!credits) co_return;
    for (const auto& credit : *credits)
        co_await give_credit(database_, blocking_, gate_, rebuilder_, credit);
}

/// One page a round, one pass an interval.
asio::awaitable<void> sweeper::purge_some_keys() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_purge_) co_return;
    auto purge = [this]() { return purge_page(); };
    auto more = co_await blocking_.run(std::move(purge));
    if (more && *more) co_return;
    purged_up_to_.reset();
    next_purge_ = now + purge_interval;
}

/// True when there may be more behind this page.
result<bool> sweeper::purge_page() {
    const auto limit = clock_.now() - key_kept_for;
    std::optional<old_key> last;
    auto work = [&](db::transaction& tx) -> result<bool> {
        auto page = old_keys(tx, limit, purged_up_to_, purge_page_max);
        if (page.empty()) return false;
        last = page.back();
        std::set<sale_id> named;
        for (const auto& key : page) named.insert(key.sales.begin(), key.sales.end());
        const std::vector sales(named.begin(), named.end());
        const auto over = catalog::ended_before(tx, sales, limit);
        const std::unordered_set<sale_id> ended(over.begin(), over.end());
        const bool full = page.size() == purge_page_max;
        std::erase_if(page, [&](const old_key& key) {
            return !std::all_of(key.sales.begin(), key.sales.end(),
                                [&](const auto& sale) { return ended.contains(sale); });
        });
        if (!page.empty() && !purge_keys(tx, page))
            return failure{errc::database_unavailable, "another server purges the same keys"};
        return full;
    };
    auto more = database_.write(work);
    if (more) purged_up_to_ = last;
    return more;
}

}  // namespace market::order
