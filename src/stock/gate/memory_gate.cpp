#include "gate/gated_sale.hpp"

#include <market/base/log.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace market::stock {
namespace {

/// Each sale has a lock of its own, so that sales do not wait for each other. The map of sales is
/// locked for writing only when a sale is loaded or removed.
/// Gate time is read under the sale's lock: so the time that a freeze returns is never earlier than
/// that of an admission before it.
/// The private functions named `..._now` are the calls themselves, without a coroutine.
class memory_gate final : public stock_gate {
public:
    explicit memory_gate(const wall_clock& clock) : clock_(clock) {}

    asio::awaitable<result<admit_answer>> admit(admission_request wanted) override {
        co_return admit_now(wanted);
    }

    void confirm(std::vector<hold_ref> admissions) noexcept override {
        try {
            for (const auto& admission : admissions) apply(admission, &gated_sale::confirm);
        } catch (const std::exception& error) {
            log::warning("gate.confirm_lost", {{"reason", std::string{error.what()}}});
        }
    }

    asio::awaitable<result<void>> confirm_one(hold_ref admission) override {
        apply(admission, &gated_sale::confirm);
        co_return result<void>{};
    }

    asio::awaitable<result<void>> cancel(hold_ref admission) override {
        apply(admission, &gated_sale::cancel);
        co_return result<void>{};
    }

    asio::awaitable<result<credit_answer>> give_back(credit returned) override {
        co_return give_back_now(returned);
    }

    asio::awaitable<result<std::vector<gate_view>>> look(std::vector<sale_id> sales) override {
        std::vector<gate_view> out;
        out.reserve(sales.size());
        for (const auto& sale : sales) out.push_back(view_now(sale));
        co_return out;
    }

    asio::awaitable<result<std::vector<hold>>> holds(sale_id sale, instant until) override {
        co_return holds_now(sale, until);
    }

    asio::awaitable<result<gate_contents>> dump(sale_id sale) override { co_return dump_now(sale); }

    asio::awaitable<result<gate_view>> freeze(sale_id sale) override { co_return freeze_now(sale); }

    asio::awaitable<result<bool>> load_and_open(sale_id sale, gate_contents contents) override {
        co_return load_now(sale, contents);
    }

    asio::awaitable<result<void>> remove(sale_id sale) override {
        remove_now(sale);
        co_return result<void>{};
    }

private:
    struct guarded_sale {
        std::mutex guard;
        std::unique_ptr<gated_sale> sale;  ///< empty: removed after another call had found it
    };

    std::shared_ptr<guarded_sale> find(const sale_id& id) const {
        std::shared_lock lock{sales_guard_};
        auto found = sales_.find(id);
        return found == sales_.end() ? nullptr : found->second;
    }

    /// Calls `use` with the sale, locked, or with nullptr when the gate is absent.
    template <class Use>
    auto with_lock(const sale_id& id, Use use) const {
        auto guarded = find(id);
        if (!guarded) return use(static_cast<gated_sale*>(nullptr));
        std::lock_guard lock{guarded->guard};
        return use(guarded->sale.get());
    }

    result<admit_answer> admit_now(const admission_request& wanted) const {
        return with_lock(wanted.sale, [&](gated_sale* sale) -> result<admit_answer> {
            if (!sale) return admit_answer{stale{}};
            return sale->admit(wanted, clock_.now());
        });
    }

    void apply(const hold_ref& admission, void (gated_sale::*how)(const hold_ref&)) const {
        with_lock(admission.sale, [&](gated_sale* sale) {
            if (sale) (sale->*how)(admission);
        });
    }

    result<credit_answer> give_back_now(const credit& returned) const {
        return with_lock(returned.sale, [&](gated_sale* sale) -> result<credit_answer> {
            if (!sale) return credit_answer::deferred;
            return sale->give_back(returned);
        });
    }

    gate_view view_now(const sale_id& id) const {
        return with_lock(id, [&](const gated_sale* sale) { return view(sale); });
    }

    gate_view view(const gated_sale* sale) const {
        if (sale) return sale->view(clock_.now());
        gate_view absent;
        absent.now = clock_.now();
        return absent;
    }

    std::vector<hold> holds_now(const sale_id& id, instant until) const {
        auto out = with_lock(id, [&](const gated_sale* sale) {
            return sale ? sale->holds_until(until) : std::vector<hold>{};
        });
        sort_by_number(out);
        return out;
    }

    gate_contents dump_now(const sale_id& id) const {
        auto out = with_lock(
            id, [](const gated_sale* sale) { return sale ? sale->contents() : gate_contents{}; });
        sort_by_number(out.holds);
        return out;
    }

    static void sort_by_number(std::vector<hold>& holds) {
        std::ranges::sort(holds, {}, &hold::seq);
    }

    gate_view freeze_now(const sale_id& id) const {
        return with_lock(id, [&](gated_sale* sale) {
            auto was = view(sale);
            if (sale) sale->freeze();
            return was;
        });
    }

    // The new contents are built, and the old ones destroyed, without any lock: nobody waits for a
    // large load.
    result<bool> load_now(const sale_id& id, const gate_contents& contents) {
        auto loaded = gated_sale::from(contents);
        if (!loaded) return loaded.error();
        auto fresh = std::make_unique<gated_sale>(std::move(*loaded));

        std::lock_guard lock{sales_guard_};
        auto& guarded = sales_[id];
        if (!guarded) guarded = std::make_shared<guarded_sale>();
        std::lock_guard sale_lock{guarded->guard};
        if (guarded->sale && guarded->sale->epoch() >= fresh->epoch()) return false;
        guarded->sale.swap(fresh);
        return true;
    }

    void remove_now(const sale_id& id) {
        std::unique_ptr<gated_sale> old;
        std::lock_guard lock{sales_guard_};
        auto found = sales_.find(id);
        if (found == sales_.end()) return;
        {
            std::lock_guard sale_lock{found->second->guard};
            old.swap(found->second->sale);
        }
        sales_.erase(found);
    }

    const wall_clock& clock_;
    mutable std::shared_mutex sales_guard_;
    std::unordered_map<sale_id, std::shared_ptr<guarded_sale>> sales_;
};

}  // namespace

std::unique_ptr<stock_gate> make_memory_gate(const wall_clock& clock) {
    return std::make_unique<memory_gate>(clock);
}

}  // namespace market::stock
