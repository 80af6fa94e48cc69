#include "purchase/batch_refusals.hpp"

#include "purchase/purchase_rules.hpp"

#include <market/catalog/catalog_record.hpp>
#include <market/stock/ledger.hpp>

#include <map>
#include <set>
#include <unordered_map>

namespace market::order {

namespace {

using verdict = write_answer::verdict;

/// What the record has left, as purchases take it one after the other.
class units_left {
public:
    units_left(db::transaction& tx, const batch& wanted) : tx_(tx) {
        std::set<pool_id> pools;
        std::set<sale_id> sales;
        for (const auto& each : wanted)
            for (const auto& line : each->what.lines) {
                pools.insert(line.pool());
                if (const auto* sale = line.sale()) sales.insert(*sale);
            }
        const std::vector ids(pools.begin(), pools.end());
        for (auto& pool : stock::ledger::find_locked(tx, ids)) pools_.emplace(pool.id, pool);
        if (!sales.empty())
            terms_ = catalog::terms_of_sales(tx, std::vector(sales.begin(), sales.end()));
    }

    /// Takes the units of all its lines; or says why not and takes nothing.
    std::optional<write_answer> take(const cart& wanted) {
        for (std::size_t i = 0; i < wanted.lines.size(); ++i)
            if (auto refusal = refusal_of(wanted, i)) return refusal;
        for (const auto& line : wanted.lines) {
            pools_.at(line.pool()).sold += line.quantity;
            if (const auto* sale = line.sale()) bought(*sale, wanted.buyer) += line.quantity;
        }
        return std::nullopt;
    }

private:
    std::optional<write_answer> refusal_of(const cart& wanted, std::size_t index) {
        const auto& line = wanted.lines[index];
        const auto* sale = line.sale();
        const auto pool = pools_.find(line.pool());
        if (pool == pools_.end()) return refused(unknown_thing(index, line));
        const auto available = pool->second.available();
        if (!sale) {
            if (available >= line.quantity) return std::nullopt;
            return refused(product_short(index));
        }
        if (pool->second.closed || pool->second.gate_epoch != line.epoch)
            return write_answer{verdict::stale};
        if (available < line.quantity) return drifted(too_few_left(index, available));
        const auto terms = terms_.find(*sale);
        if (terms == terms_.end()) return refused(unknown_thing(index, line));
        const auto limit = terms->second.per_user_limit;
        const auto left = limit - bought(*sale, wanted.buyer);
        if (left < line.quantity)
            return drifted(above_limit(index, limit, std::max<std::int64_t>(left, 0)));
        return std::nullopt;
    }

    std::int64_t& bought(sale_id sale, user_id buyer) {
        const auto [entry, fresh] = buyers_.try_emplace({sale, buyer}, 0);
        if (fresh) entry->second = stock::ledger::units_of_buyer(tx_, sale, buyer);
        return entry->second;
    }

    /// The gate admitted it under this very epoch, so the gate is wrong.
    static write_answer drifted(failure why) { return {verdict::refused, std::move(why), true}; }

    db::transaction& tx_;
    std::unordered_map<pool_id, stock::pool> pools_;
    std::unordered_map<sale_id, catalog::sale_terms> terms_;
    std::map<std::pair<sale_id, user_id>, std::int64_t> buyers_;
};

/// First come, first served: the order in which the purchases of a batch take units.
std::int64_t admission_number(const purchase_ptr& of) {
    std::int64_t highest = 0;
    for (const auto& line : of->what.lines) highest = std::max(highest, line.seq);
    return highest;
}

}  // namespace

void refuse_what_does_not_fit(db::transaction& tx, batch& wanted) {
    units_left left{tx, wanted};
    std::stable_sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) {
        return admission_number(a) < admission_number(b);
    });
    // Asked first and settled afterwards: asking reads the record and may throw.
    std::vector<std::optional<write_answer>> answers;
    answers.reserve(wanted.size());
    for (const auto& each : wanted) answers.push_back(left.take(each->what));
    batch fitting;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (answers[i])
            wanted[i]->settle(std::move(*answers[i]));
        else
            fitting.push_back(wanted[i]);
    }
    wanted = std::move(fitting);
}

}  // namespace market::order
