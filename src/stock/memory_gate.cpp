#include "gated_sale.hpp"

#include <market/base/log.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace market::stock {
namespace {

/// Every sale has a room with a small lock of its own, so that sales do not wait for each other;
/// the map of rooms is locked for writing only when a sale is loaded or removed.
/// Gate time is read inside a room's lock: a freeze then never returns a time before that of an
/// admission it did not prevent.
class memory_gate final : public stock_gate {
public:
    explicit memory_gate(const wall_clock& clock) : clock_(clock) {}

    asio::awaitable<result<admit_answer>> admit(admission_request wanted) override {
        co_return enter(wanted);
    }

    void confirm(std::vector<hold_ref> admissions) noexcept override {
        try {
            for (const auto& admission : admissions) settle(admission, &gated_sale::confirm);
        } catch (const std::exception& error) {
            log::warning("gate.confirm_lost", {{"reason", std::string{error.what()}}});
        }
    }

    asio::awaitable<result<void>> confirm_one(hold_ref admission) override {
        settle(admission, &gated_sale::confirm);
        co_return result<void>{};
    }

    asio::awaitable<result<void>> cancel(hold_ref admission) override {
        settle(admission, &gated_sale::cancel);
        co_return result<void>{};
    }

    asio::awaitable<result<credit_answer>> give_back(credit returned) override {
        co_return take_back(returned);
    }

    asio::awaitable<result<std::vector<gate_view>>> look(std::vector<sale_id> sales) override {
        std::vector<gate_view> out;
        out.reserve(sales.size());
        for (const auto& sale : sales) out.push_back(view_of(sale));
        co_return out;
    }

    asio::awaitable<result<std::vector<hold>>> holds(sale_id sale, instant until) override {
        co_return holds_of(sale, until);
    }

    asio::awaitable<result<gate_contents>> dump(sale_id sale) override {
        co_return contents_of(sale);
    }

    asio::awaitable<result<gate_view>> freeze(sale_id sale) override { co_return stop(sale); }

    asio::awaitable<result<bool>> load_and_open(sale_id sale, gate_contents contents) override {
        co_return open(sale, contents);
    }

    asio::awaitable<result<void>> remove(sale_id sale) override {
        forget(sale);
        co_return result<void>{};
    }

private:
    struct room {
        std::mutex guard;
        std::unique_ptr<gated_sale> sale;  ///< empty: removed while somebody was at the door
    };

    std::shared_ptr<room> find(const sale_id& sale) const {
        std::shared_lock lock{rooms_guard_};
        auto found = rooms_.find(sale);
        return found == rooms_.end() ? nullptr : found->second;
    }

    /// What `use` returns of the sale, alone with it; of nullptr when the gate is absent.
    template <class Use>
    auto alone_with(const sale_id& sale, Use use) const {
        auto place = find(sale);
        if (!place) return use(static_cast<gated_sale*>(nullptr));
        std::lock_guard lock{place->guard};
        return use(place->sale.get());
    }

    result<admit_answer> enter(const admission_request& wanted) const {
        return alone_with(wanted.sale, [&](gated_sale* sale) -> result<admit_answer> {
            if (!sale) return admit_answer{stale{}};
            return sale->admit(wanted, clock_.now());
        });
    }

    void settle(const hold_ref& admission, void (gated_sale::*how)(const hold_ref&)) const {
        alone_with(admission.sale, [&](gated_sale* sale) {
            if (sale) (sale->*how)(admission);
        });
    }

    result<credit_answer> take_back(const credit& returned) const {
        return alone_with(returned.sale, [&](gated_sale* sale) -> result<credit_answer> {
            if (!sale) return credit_answer::deferred;
            return sale->give_back(returned);
        });
    }

    gate_view view_of(const sale_id& sale_seen) const {
        return alone_with(sale_seen, [&](const gated_sale* sale) { return view(sale); });
    }

    gate_view view(const gated_sale* sale) const {
        if (sale) return sale->view(clock_.now());
        gate_view absent;
        absent.now = clock_.now();
        return absent;
    }

    std::vector<hold> holds_of(const sale_id& of, instant until) const {
        auto out = alone_with(of, [&](const gated_sale* sale) {
            return sale ? sale->holds_until(until) : std::vector<hold>{};
        });
        sort_by_number(out);
        return out;
    }

    gate_contents contents_of(const sale_id& of) const {
        auto out = alone_with(
            of, [](const gated_sale* sale) { return sale ? sale->contents() : gate_contents{}; });
        sort_by_number(out.holds);
        return out;
    }

    static void sort_by_number(std::vector<hold>& holds) {
        std::ranges::sort(holds, {}, &hold::seq);
    }

    gate_view stop(const sale_id& stopped) const {
        return alone_with(stopped, [&](gated_sale* sale) {
            auto was = view(sale);
            if (sale) sale->freeze();
            return was;
        });
    }

    // The new contents are built, and the old ones destroyed, outside of every lock: nobody waits
    // for a large load.
    result<bool> open(const sale_id& id, const gate_contents& contents) {
        auto loaded = gated_sale::from(contents);
        if (!loaded) return loaded.error();
        auto fresh = std::make_unique<gated_sale>(std::move(*loaded));

        std::lock_guard lock{rooms_guard_};
        auto& place = rooms_[id];
        if (!place) place = std::make_shared<room>();
        std::lock_guard room_lock{place->guard};
        if (place->sale && place->sale->epoch() >= fresh->epoch()) return false;
        place->sale.swap(fresh);
        return true;
    }

    void forget(const sale_id& id) {
        std::unique_ptr<gated_sale> old;
        std::lock_guard lock{rooms_guard_};
        auto found = rooms_.find(id);
        if (found == rooms_.end()) return;
        {
            std::lock_guard room_lock{found->second->guard};
            old.swap(found->second->sale);
        }
        rooms_.erase(found);
    }

    const wall_clock& clock_;
    mutable std::shared_mutex rooms_guard_;
    std::unordered_map<sale_id, std::shared_ptr<room>> rooms_;
};

}  // namespace

std::unique_ptr<stock_gate> make_memory_gate(const wall_clock& clock) {
    return std::make_unique<memory_gate>(clock);
}

}  // namespace market::stock
