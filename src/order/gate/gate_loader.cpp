#include "gate/gate_loader.hpp"

#include "record/order_queries.hpp"

#include <market/base/log.hpp>
#include <market/catalog/catalog_record.hpp>
#include <market/stock/ledger.hpp>

#include <algorithm>
#include <unordered_set>

namespace market::order {

namespace {

using stock::rebuild_reason;
using namespace std::chrono_literals;

constexpr auto forced_distance = 1s;
/// How long a load waits for the loads of other servers.
constexpr auto turn_wait_max = 10s;
constexpr auto turn_pause = 20ms;
/// DESIGN.md 6, "Gate loss and rebuild": renewed each second; a server that died in a load is
/// waited for no longer.
constexpr std::chrono::microseconds claim_length = 3s;
constexpr auto claim_renewal = 1s;
constexpr instant any_time = instant::max();

/// Does a load of reason `other`, which has not read yet, serve a call of reason `mine`? A stale
/// load may find the gate open and do nothing.
bool serves(rebuild_reason other, rebuild_reason mine) {
    if (mine == rebuild_reason::sale_changed) return false;
    return other != rebuild_reason::stale || mine == rebuild_reason::stale;
}

failure no_such_sale() { return {errc::sale_not_found, "there is no such sale"}; }
failure sale_is_closed() { return {errc::sale_ended, "the sale has ended"}; }

}  // namespace

asio::awaitable<result<void>> gate_loader::rebuild(sale_id sale, rebuild_reason why) {
    if (why != rebuild_reason::forced) co_return co_await load_now(sale, why);
    const auto mine = join_forced(sale);
    if (!mine.leads) {
        co_await mine.joined->finished.wait(deadline::max());
        co_return mine.joined->outcome;
    }
    mine.joined->outcome = co_await load_in_turn(sale);
    mine.joined->finished.set();
    co_return mine.joined->outcome;
}

/// A forced load keeps its distance from the last one. Until its time has come it is in no queue:
/// only forced ones join it, and nobody else waits for it.
gate_loader::membership gate_loader::join_forced(sale_id sale) {
    std::lock_guard lock{mutex_};
    auto& waiting = forced_[sale];
    if (waiting) return {waiting, nullptr, false};
    waiting = std::make_shared<load>();
    return {waiting, nullptr, true};
}

void gate_loader::begin_forced(sale_id sale) {
    std::lock_guard lock{mutex_};
    forced_.erase(sale);
}

/// Never throws: others wait for the outcome.
asio::awaitable<result<void>> gate_loader::load_in_turn(sale_id sale) {
    result<rebuild_reason> why = failure{errc::internal, "the gate could not be loaded"};
    try {
        why = co_await wait_for_turn(sale);
    } catch (const std::exception& failed) {
        log::error("gate.load_failed", {{"sale", to_string(sale)}, {"reason", failed.what()}});
    }
    begin_forced(sale);
    if (!why) co_return why.error();
    co_return co_await load_now(sale, *why);
}

/// Forced: it is this server's turn. Stale: another server has begun a load since this one first
/// asked, which serves as well.
asio::awaitable<result<rebuild_reason>> gate_loader::wait_for_turn(sale_id sale) {
    for (std::optional<std::int64_t> first_seen;;) {
        const auto asked = co_await ask_turn(sale);
        if (!asked) co_return asked.error();
        const auto& turn = *asked;
        if (!turn || turn->mine) co_return rebuild_reason::forced;
        if (!first_seen) first_seen = turn->epoch;
        if (turn->epoch > *first_seen) co_return rebuild_reason::stale;
        asio::steady_timer timer{co_await asio::this_coro::executor, turn->wait};
        co_await timer.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<result<std::optional<stock::ledger::forced_turn>>> gate_loader::ask_turn(
    sale_id sale) {
    using turn = std::optional<stock::ledger::forced_turn>;
    auto ask = [sale](db::transaction& tx) -> result<turn> {
        return stock::ledger::ask_forced_turn(tx, sale, forced_distance);
    };
    co_return co_await database_.write(std::move(ask));
}

/// Never throws: others wait for the outcome.
asio::awaitable<result<void>> gate_loader::load_now(sale_id sale, rebuild_reason why) {
    const auto mine = join(sale, why);
    if (!mine.leads) {
        co_await mine.joined->finished.wait(deadline::max());
        co_return mine.joined->outcome;
    }
    result<void> outcome = failure{errc::internal, "the gate could not be loaded"};
    try {
        if (mine.before) co_await mine.before->finished.wait(deadline::max());
        outcome = co_await carry_out(sale, mine.joined);
    } catch (const std::exception& failed) {
        log::error("gate.load_failed", {{"sale", to_string(sale)}, {"reason", failed.what()}});
    }
    mine.joined->outcome = outcome;
    finish(sale, mine.joined);
    co_return outcome;
}

gate_loader::membership gate_loader::join(sale_id sale, rebuild_reason why) {
    std::lock_guard lock{mutex_};
    auto& queue = queues_[sale];
    for (const auto& other : queue)
        if (!other->has_read && serves(other->why, why)) return {other, nullptr, false};
    membership out{std::make_shared<load>(), queue.empty() ? nullptr : queue.back(), true};
    out.joined->why = why;
    queue.push_back(out.joined);
    return out;
}

void gate_loader::finish(sale_id sale, const load_ptr& done) {
    {
        std::lock_guard lock{mutex_};
        auto& queue = queues_[sale];
        std::erase(queue, done);
        if (queue.empty()) queues_.erase(sale);
    }
    done->finished.set();
}

asio::awaitable<result<bool>> gate_loader::is_open(sale_id sale) {
    std::vector<sale_id> wanted{sale};
    auto views = co_await gate_.look(std::move(wanted));
    if (!views) co_return views.error();
    auto find = [sale](db::transaction& tx) -> result<stock::pool> {
        auto pool = stock::ledger::find(tx, pool_of(sale));
        if (!pool || !pool->sale) return no_such_sale();
        return *pool;
    };
    auto pool = co_await database_.read(std::move(find));
    if (!pool) co_return pool.error();
    if (pool->closed) {
        co_await gate_.remove(sale);
        co_return sale_is_closed();
    }
    const auto& view = views->front();
    const bool open = view.state == stock::gate_state::open;
    co_return open && (view.epoch == pool->gate_epoch);
}

// One server loads at a time; its claim is in the pool's row. Several that raised the epoch in turn
// would void each other's loads.
asio::awaitable<result<void>> gate_loader::carry_out(sale_id sale, load_ptr mine) {
    const auto until = std::chrono::steady_clock::now() + turn_wait_max;
    while (std::chrono::steady_clock::now() < until) {
        auto open = co_await is_open(sale);
        if (!open) co_return open.error();
        if (*open && mine->why == rebuild_reason::stale) co_return result<void>{};
        auto claimed = co_await claim(sale);
        if (!claimed) co_return claimed.error();
        if (*claimed) {
            auto loaded = co_await load_claimed(sale, mine);
            co_await end_claim(sale);
            if (!loaded) co_return loaded.error();
            if (*loaded) co_return result<void>{};
        }
        asio::steady_timer pause{co_await asio::this_coro::executor, turn_pause};
        co_await pause.async_wait(asio::use_awaitable);
    }
    co_return failure{errc::gate_unavailable, "the gate is being loaded by others; try again"};
}

// 1. A frozen gate admits nobody, so the holds read after the freeze are all that can become orders
//    of its epoch.
// 2. The record is read under the pool's lock and a new epoch: no batch of an older one commits
//    later.
// 3. The gate opens last, and only if no later load did.
asio::awaitable<result<bool>> gate_loader::load_claimed(sale_id sale, load_ptr mine) {
    const claim_keeper keeper{*this, sale, co_await asio::this_coro::executor};
    auto open = co_await is_open(sale);  // another may have loaded it meanwhile
    if (!open) co_return open.error();
    if (*open && mine->why == rebuild_reason::stale) co_return true;

    auto frozen = co_await gate_.freeze(sale);
    if (!frozen) co_return frozen.error();
    auto holds = co_await gate_.holds(sale, any_time);
    if (!holds) co_return holds.error();

    auto read = [this, sale, mine, open_holds = std::move(*holds)](db::transaction& tx) {
        return read_record(tx, sale, *mine, open_holds);
    };
    auto contents = co_await database_.write(std::move(read));
    if (!contents) co_return contents.error();
    if (!*contents) co_return false;
    const auto epoch = (*contents)->epoch;
    auto opened = co_await gate_.load_and_open(sale, std::move(**contents));
    if (!opened) co_return opened.error();
    if (!*opened) co_return false;
    log::info("gate.loaded", {{"sale", to_string(sale)}, {"epoch", epoch}});
    // If the sale was closed between the read and the opening, nobody else removes this gate.
    auto still = co_await is_open(sale);
    if (!still && still.error().code == errc::sale_ended) co_return still.error();
    co_return true;
}

asio::awaitable<result<bool>> gate_loader::claim(sale_id sale) {
    auto claim = [sale, self = self_](db::transaction& tx) -> result<bool> {
        return stock::ledger::claim_load(tx, sale, self, claim_length);
    };
    co_return co_await database_.write(std::move(claim));
}

asio::awaitable<void> gate_loader::end_claim(sale_id sale) {
    auto end = [sale, self = self_](db::transaction& tx) -> result<void> {
        stock::ledger::end_load_claim(tx, sale, self);
        return {};
    };
    co_await database_.write(std::move(end));  // a claim that cannot be ended runs out
}

/// Until the load is over. read_record notices a claim that was lost.
asio::awaitable<void> gate_loader::keep_claim(sale_id sale, std::shared_ptr<one_shot> finished) {
    auto renew = [sale, self = self_](db::transaction& tx) -> result<void> {
        stock::ledger::renew_load_claim(tx, sale, self, claim_length);
        return {};
    };
    while (!co_await finished->wait(std::chrono::steady_clock::now() + claim_renewal))
        co_await database_.write(renew);
}

gate_loader::claim_keeper::claim_keeper(gate_loader& of, sale_id sale, asio::any_io_executor on)
    : finished_(std::make_shared<one_shot>()) {
    asio::co_spawn(on, of.keep_claim(sale, finished_), asio::detached);
}

result<std::optional<stock::gate_contents>> gate_loader::read_record(
    db::transaction& tx, sale_id sale, load& mine, const std::vector<stock::hold>& open_holds) {
    {
        std::lock_guard lock{mutex_};
        mine.has_read = true;
    }
    using contents = std::optional<stock::gate_contents>;
    if (!stock::ledger::renew_load_claim(tx, sale, self_, claim_length)) return contents{};
    const auto pool = stock::ledger::begin_load(tx, sale);
    if (!pool) return no_such_sale();
    if (pool->closed) return sale_is_closed();
    const std::array sales{sale};
    const auto terms = catalog::terms_of_sales(tx, sales);
    if (!terms.contains(sale)) return no_such_sale();
    const auto& sold_as = terms.at(sale);
    stock::gate_contents out{
        .epoch = pool->gate_epoch,
        .starts_at = sold_as.starts_at,
        .ends_at = sold_as.ends_at,
        .paused = sold_as.paused,
        .per_user_limit = sold_as.per_user_limit,
        .total = pool->total,
        .sold = pool->sold,
        .last_seq = highest_admission(tx, sale),
        .buyers = stock::ledger::buyers_of(tx, sale),
        .done = keys_of_sale(tx, sale),
        .holds = {},
    };
    std::vector<purchase_key> held;
    for (const auto& hold : open_holds) held.push_back(hold.key);
    std::unordered_set<purchase_key> settled;
    if (!held.empty())
        for (const auto& row : find_keys(tx, held)) settled.insert(row.key);
    auto unsettled = open_holds;
    std::erase_if(unsettled, [&](const auto& hold) { return settled.contains(hold.key); });
    carry_over(out, std::move(unsettled));
    return contents{std::move(out)};
}

void carry_over(stock::gate_contents& contents, std::vector<stock::hold> open_holds) {
    std::sort(open_holds.begin(), open_holds.end(),
              [](const auto& left, const auto& right) { return left.seq < right.seq; });
    auto left = contents.total - contents.sold;
    std::unordered_map<user_id, std::int64_t> bought;
    for (const auto& buyer : contents.buyers) bought[buyer.buyer] = buyer.units;
    contents.holds.clear();
    for (auto& hold : open_holds) {
        contents.last_seq = std::max(contents.last_seq, hold.seq);
        auto& units = bought[hold.buyer];
        if (hold.units > left || units + hold.units > contents.per_user_limit) continue;
        left -= hold.units;
        units += hold.units;
        contents.holds.push_back(std::move(hold));
    }
}

}  // namespace market::order
