#include "purchase/purchase_run.hpp"

#include "purchase/cart_precheck.hpp"
#include "purchase/purchase_metrics.hpp"
#include "record/order_queries.hpp"

#include <market/base/kill_point.hpp>

#include <algorithm>
#include <map>

namespace market::order {

namespace {

using verdict = write_answer::verdict;
using namespace std::chrono_literals;

constexpr int give_back_tries_max = 3;
constexpr auto gate_pause = 20ms;  ///< before the gate is asked again about another's hold

bool has_sale(const cart& of) {
    return std::any_of(of.lines.begin(), of.lines.end(),
                       [](const auto& line) { return line.sale(); });
}

failure too_late() {
    return {errc::gate_unavailable, "the gate could not answer in time; nothing was bought"};
}

}  // namespace

// Each turn of the loop ends with an answer, or the record had another epoch than the gate: then
// the gate is loaded and the cart admitted again.
asio::awaitable<result<purchase_reply>> purchase_run::buy() {
    if (has_sale(cart_) && (cart_.lines.size() > 1 || cart_.may_lack_address))
        if (auto answered = co_await precheck()) co_return std::move(*answered);
    for (;;) {
        if (auto refused = co_await admit_all()) co_return std::move(*refused);
        kill_point("after_admit");
        auto written = co_await write();
        kill_point("before_reply");
        switch (written.what) {
            case verdict::placed: co_return std::move(written.reply);
            case verdict::duplicate:
                co_await settle_by_record();
                co_return std::move(written.reply);
            case verdict::refused:
                co_await give_back_all();
                for (const auto& line : cart_.lines)
                    if (written.drift && line.sale())
                        co_await parts_.rebuilder.rebuild(*line.sale(),
                                                          stock::rebuild_reason::drift);
                co_return std::move(written.reply);
            case verdict::stale:
                if (auto over = co_await reload_all()) {
                    co_await give_back_all();
                    co_return std::move(*over);
                }
                continue;  // admits anew, or again where a hold was kept
            case verdict::unknown:
                co_return failure{errc::outcome_unknown,
                                  "the outcome is not known yet; ask again with the same key"};
        }
    }
}

/// Checks the whole cart before its lines are admitted one by one. The key answers first.
asio::awaitable<purchase_run::answer> purchase_run::precheck() {
    auto read = [this](db::transaction& tx) -> result<cart_facts> {
        return read_cart_facts(tx, cart_);
    };
    auto known = co_await parts_.database.read(std::move(read));
    if (!known) co_return known.error();
    if (known->key) co_return reply_of(*known->key, cart_.fingerprint);
    std::vector<sale_id> sales;
    for (const auto& line : cart_.lines)
        if (line.sale()) sales.push_back(*line.sale());
    auto views = co_await parts_.gate.look(std::move(sales));
    if (!views) co_return views.error();
    if (auto refused = first_refusal(cart_, *known, *views)) co_return std::move(*refused);
    co_return std::nullopt;
}

/// In sale order, so that two carts never hold what the other one waits for. All or none.
asio::awaitable<purchase_run::answer> purchase_run::admit_all() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < cart_.lines.size(); ++i)
        if (cart_.lines[i].sale()) order.push_back(i);
    std::sort(order.begin(), order.end(), [this](auto left, auto right) {
        return *cart_.lines[left].sale() < *cart_.lines[right].sale();
    });
    for (const auto index : order) {
        auto over = co_await admit(index);
        if (!over) continue;
        co_await give_back_all();
        co_return std::move(over);
    }
    co_return std::nullopt;
}

asio::awaitable<purchase_run::answer> purchase_run::admit(std::size_t index) {
    auto& line = cart_.lines[index];
    const stock::admission_request wanted{*line.sale(), cart_.buyer, line.quantity, cart_.key,
                                          cart_.attempt};
    for (;;) {
        auto gate_answer = co_await parts_.gate.admit(wanted);
        if (!gate_answer) co_return co_await after_silence(gate_answer.error());
        count_admission(*gate_answer);
        if (const auto* in = std::get_if<stock::admitted>(&*gate_answer)) {
            line.seq = in->seq;
            line.epoch = in->epoch;
            admitted_.insert(index);
            co_return std::nullopt;
        }
        if (const auto* out = std::get_if<stock::sold_out>(&*gate_answer))
            co_return too_few_left(index, out->remaining);
        if (const auto* out = std::get_if<stock::purchase_limit>(&*gate_answer))
            co_return above_limit(index, out->limit, out->remaining);
        if (const auto* out = std::get_if<stock::not_open>(&*gate_answer))
            co_return not_open_yet(index, out->opens_at);
        if (std::holds_alternative<stock::paused>(*gate_answer)) co_return sale_is_paused(index);
        if (std::holds_alternative<stock::ended>(*gate_answer)) co_return sale_has_ended(index);
        if (const auto* seen = std::get_if<stock::known>(&*gate_answer)) {
            if (auto over = co_await after_known(index, seen->done)) co_return std::move(*over);
        } else if (auto over = co_await after_stale(index)) {
            co_return std::move(*over);
        }
    }
}

/// Without its gate nothing is sold, but what was bought before is still known.
asio::awaitable<purchase_run::answer> purchase_run::after_silence(failure why) {
    if (!cart_.keyed) co_return why;
    auto row = co_await read_key();
    if (row && *row) co_return reply_of(**row, cart_.fingerprint);
    co_return why;
}

/// The key was seen before: its row answers. While another attempt holds it, wait for either the
/// row or the end of the hold; a gate that says done where the record has nothing is wrong.
asio::awaitable<purchase_run::answer> purchase_run::after_known(std::size_t index, bool done) {
    auto row = co_await read_key();
    if (!row) co_return row.error();
    if (*row) co_return reply_of(**row, cart_.fingerprint);
    if (late()) co_return key_in_flight();
    if (done)
        co_await parts_.rebuilder.rebuild(*cart_.lines[index].sale(), stock::rebuild_reason::drift);
    co_await pause();
    co_return std::nullopt;
}

/// The gate has to be loaded; a closed sale has none, so the record is asked for the key.
asio::awaitable<purchase_run::answer> purchase_run::after_stale(std::size_t index) {
    const auto sale = *cart_.lines[index].sale();
    auto loaded = co_await parts_.rebuilder.rebuild(sale, stock::rebuild_reason::stale);
    if (loaded) {
        if (late()) co_return too_late();
        co_return std::nullopt;
    }
    if (loaded.error().code == errc::sale_not_found)
        co_return unknown_thing(index, cart_.lines[index]);
    if (loaded.error().code != errc::sale_ended) co_return loaded.error();
    auto row = co_await read_key();
    if (!row) co_return row.error();
    if (*row) co_return reply_of(**row, cart_.fingerprint);
    co_return sale_has_ended(index);
}

asio::awaitable<purchase_run::answer> purchase_run::reload_all() {
    for (std::size_t i = 0; i < cart_.lines.size(); ++i) {
        if (!cart_.lines[i].sale()) continue;
        if (auto over = co_await after_stale(i)) co_return std::move(*over);
    }
    co_return std::nullopt;
}

asio::awaitable<write_answer> purchase_run::write() {
    const auto queued = std::make_shared<purchase>(cart_);
    if (!queue_.push(queued))
        co_return refused({errc::overloaded, "too many purchases are waiting; try again"});
    if (co_await queued->answered.wait(cart_.until)) co_return std::move(queued->answer);
    if (queued->move_on(purchase::stage::given_up))
        co_return refused({errc::overloaded, "the purchase could not be written in time"});
    co_return write_answer{verdict::unknown};
}

asio::awaitable<void> purchase_run::give_back_all() {
    for (const auto index : admitted_) co_await give_back(index);
    admitted_.clear();
}

/// A cancel names the epoch, and a load may have carried the hold over to a later one. So the same
/// attempt asks once more, gets its admission as it is now, and cancels that.
asio::awaitable<void> purchase_run::give_back(std::size_t index) {
    const auto& line = cart_.lines[index];
    const auto sale = *line.sale();
    const stock::admission_request same{sale, cart_.buyer, line.quantity, cart_.key, cart_.attempt};
    for (int tries = 0; tries < give_back_tries_max; ++tries) {
        auto gate_answer = co_await parts_.gate.admit(same);
        if (!gate_answer) co_return;  // the sweeper gives it back
        if (const auto* in = std::get_if<stock::admitted>(&*gate_answer)) {
            const stock::hold_ref now{sale, in->epoch, cart_.key, in->seq};
            co_await parts_.gate.cancel(now);
            co_return;
        }
        if (!std::holds_alternative<stock::stale>(*gate_answer)) co_return;  // nothing is held
        auto loaded = co_await parts_.rebuilder.rebuild(sale, stock::rebuild_reason::stale);
        if (!loaded) co_return;
    }
}

/// The key had a row before this run wrote one. The row's order may be that of the admissions of
/// this run; those that are in no order are given back.
asio::awaitable<void> purchase_run::settle_by_record() {
    using outcome_of_lines = std::map<std::size_t, admission_outcome>;
    auto compare = [this](db::transaction& tx) -> result<outcome_of_lines> {
        const auto row = find_key(tx, cart_.key);
        outcome_of_lines out;
        for (const auto index : admitted_) {
            const auto& line = cart_.lines[index];
            out[index] = outcome_of_admission(tx, row ? &*row : nullptr, *line.sale(), line.seq);
        }
        return out;
    };
    const auto outcomes = co_await parts_.database.read(std::move(compare));
    if (!outcomes) co_return;  // the sweeper settles the holds by the same rule
    for (const auto& [index, outcome] : *outcomes) {
        if (outcome == admission_outcome::sold)
            co_await parts_.gate.confirm_one(admission(index));
        else
            co_await give_back(index);
    }
    admitted_.clear();
}

asio::awaitable<result<std::optional<purchase_key_row>>> purchase_run::read_key() {
    auto find = [key = cart_.key](db::transaction& tx) -> result<std::optional<purchase_key_row>> {
        return find_key(tx, key);
    };
    return parts_.database.read(std::move(find));
}

asio::awaitable<void> purchase_run::pause() {
    asio::steady_timer timer{co_await asio::this_coro::executor, gate_pause};
    co_await timer.async_wait(asio::use_awaitable);
}

stock::hold_ref purchase_run::admission(std::size_t index) const {
    const auto& line = cart_.lines[index];
    return {*line.sale(), line.epoch, cart_.key, line.seq};
}

bool purchase_run::late() const { return std::chrono::steady_clock::now() >= cart_.until; }

}  // namespace market::order
