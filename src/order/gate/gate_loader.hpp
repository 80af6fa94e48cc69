#pragma once
/// Loads a sale's gate from the record (DESIGN.md 6, "Gate loss and rebuild").
#include <market/base/one_shot.hpp>
#include <market/db/async_database.hpp>
#include <market/stock/gate.hpp>
#include <market/stock/gate_rebuilder.hpp>
#include <market/stock/ledger.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace market::order {

/// Made before order_parts, whose rebuilder it is.
class gate_loader final : public stock::gate_rebuilder {
public:
    gate_loader(db::async_database database, stock::stock_gate& gate, stock::ledger::loader_id self)
        : database_(database), gate_(gate), self_(self) {}

    asio::awaitable<result<void>> rebuild(sale_id sale, stock::rebuild_reason why) override;

private:
    /// One load of one sale. Loads of a sale run one after the other.
    struct load {
        stock::rebuild_reason why = stock::rebuild_reason::forced;
        bool has_read = false;  ///< it does not see later changes; guarded by mutex_
        result<void> outcome{};
        one_shot finished;
    };
    using load_ptr = std::shared_ptr<load>;
    struct membership {
        load_ptr joined;
        load_ptr before;     ///< the load to wait for, if any
        bool leads = false;  ///< the caller does the load; else it follows
    };

    /// Renews this server's claim to a sale while it lives.
    class claim_keeper {
    public:
        claim_keeper(gate_loader& of, sale_id sale, asio::any_io_executor on);
        ~claim_keeper() { finished_->set(); }
        claim_keeper(const claim_keeper&) = delete;
        claim_keeper& operator=(const claim_keeper&) = delete;

    private:
        std::shared_ptr<one_shot> finished_;
    };

    asio::awaitable<result<void>> load_now(sale_id sale, stock::rebuild_reason why);
    membership join_forced(sale_id sale);
    void begin_forced(sale_id sale);
    asio::awaitable<result<void>> load_in_turn(sale_id sale);
    asio::awaitable<result<stock::rebuild_reason>> wait_for_turn(sale_id sale);
    asio::awaitable<result<std::optional<stock::ledger::forced_turn>>> ask_turn(sale_id sale);
    membership join(sale_id sale, stock::rebuild_reason why);
    void finish(sale_id sale, const load_ptr& done);
    asio::awaitable<result<void>> carry_out(sale_id sale, load_ptr mine);
    /// False: not loaded, another load came between.
    asio::awaitable<result<bool>> load_claimed(sale_id sale, load_ptr mine);
    asio::awaitable<result<bool>> claim(sale_id sale);
    asio::awaitable<void> end_claim(sale_id sale);
    asio::awaitable<void> keep_claim(sale_id sale, std::shared_ptr<one_shot> finished);
    asio::awaitable<result<bool>> is_open(sale_id sale);
    /// Empty: the claim was lost, nothing was changed.
    result<std::optional<stock::gate_contents>> read_record(
        db::transaction& tx, sale_id sale, load& mine, const std::vector<stock::hold>& open_holds);

    db::async_database database_;
    stock::stock_gate& gate_;
    const stock::ledger::loader_id self_;
    std::mutex mutex_;
    std::unordered_map<sale_id, std::deque<load_ptr>> queues_;  ///< in the order of their turns
    std::unordered_map<sale_id, load_ptr> forced_;              ///< whose time has not come
};

/// Fits holds into what the record has left, first come first served: those that do not fit are
/// dropped (their buyers ask the gate anew). Sets `holds` and `last_seq` of `contents`. Pure.
void carry_over(stock::gate_contents& contents, std::vector<stock::hold> open_holds);

}  // namespace market::order
