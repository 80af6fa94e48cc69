#include <market/proof/check.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <thread>

namespace market::proof {
namespace {

struct record_side {
    std::int64_t epoch = 0, total = 0, sold = 0;
    units_by_buyer buyers;
};
using record_sides = std::map<sale_id, record_side>;
using gate_sides = std::map<sale_id, gate_side>;

enum class claim { open, epoch, units, sold, buyers };
constexpr const char* claim_names[] = {"gates_are_open", "gate_epoch_is_the_pools",
                                       "gate_units_sum_to_total", "gate_sold_is_the_pools",
                                       "gate_buyers_are_the_records"};
struct difference {
    claim what;
    sale_id sale;
    broken_row row;
};

result<record_sides> read_record(db::database& record) {
    auto work = [](db::transaction& tx) -> result<record_sides> {
        record_sides out;
        for (auto& [sale, epoch, total, sold] :
             tx.query<sale_id, std::int64_t, std::int64_t, std::int64_t>(
                 db::sql{} << "SELECT sale_id, gate_epoch, total, sold FROM pools"
                              " WHERE sale_id IS NOT NULL AND closed = 0")) {
            out[sale] = {.epoch = epoch, .total = total, .sold = sold, .buyers = {}};
        }
        for (auto& [sale, buyer, units] : tx.query<sale_id, user_id, std::int64_t>(
                 db::sql{} << "SELECT b.sale_id, b.user_id, b.quantity FROM sale_buyers b"
                              " JOIN pools g ON g.id = b.sale_id"
                              " WHERE g.closed = 0 AND b.quantity <> 0")) {
            out[sale].buyers[to_string(buyer)] = units;
        }
        return out;
    };
    return record.read(work, db::access::snapshot);
}

/// The gate is read before and after the record, because units move meanwhile: the record is right
/// anywhere between the two.
class comparison {
public:
    comparison(db::database& record, observed_gate& gate, std::chrono::milliseconds patience)
        : record_(record), gate_(gate), patience_(patience) {}

    /// Looks until nothing differs or the patience is over. Errors: not_found (no server).
    result<std::vector<difference>> settle() {
        constexpr std::chrono::milliseconds between_looks{100};
        const auto until = std::chrono::steady_clock::now() + patience_;
        std::optional<std::set<std::pair<claim, std::string>>> seen_each_time;
        for (;;) {
            auto found = look();
            if (!found) return found.error();
            std::set<std::pair<claim, std::string>> still;
            std::erase_if(*found, [&](const difference& one) {
                const std::pair name{one.what, one.row.key};
                if (seen_each_time && !seen_each_time->contains(name)) return true;
                still.insert(name);
                return false;
            });
            if (found->empty() || std::chrono::steady_clock::now() >= until) return found;
            seen_each_time = std::move(still);
            std::this_thread::sleep_for(between_looks);
        }
    }

    std::int64_t sales() const { return sales_; }
    std::int64_t buyers() const { return buyers_; }

private:
    result<gate_sides> read_gates(const record_sides& sales) const {
        gate_sides out;
        for (const auto& [sale, unused] : sales) {
            auto side = gate_.read(sale);
            if (!side) return side.error();
            out[sale] = std::move(*side);
        }
        return out;
    }

    result<std::vector<difference>> look() {
        auto named = read_record(record_);
        if (!named) return named.error();
        auto before = read_gates(*named);
        if (!before) return before.error();
        auto record = read_record(record_);
        if (!record) return record.error();
        auto after = read_gates(*named);
        if (!after) return after.error();

        std::vector<difference> out;
        sales_ = buyers_ = 0;
        for (const auto& [sale, side] : *record) {
            if (!named->contains(sale)) continue;  // made in this moment
            ++sales_;
            buyers_ += static_cast<std::int64_t>(side.buyers.size());
            compare(sale, side, before->at(sale), after->at(sale), out);
        }
        return out;
    }

    static void compare(sale_id sale, const record_side& record, const gate_side& before,
                        const gate_side& after, std::vector<difference>& out) {
        const auto differ = [&out, sale](claim what, const std::string& key, std::string detail) {
            out.push_back({what, sale, {"gate", key, std::move(detail)}});
        };
        if (after.state != "open")
            return differ(claim::open, to_string(sale), "the gate is " + after.state);
        if (after.epoch != record.epoch) {
            return differ(claim::epoch, to_string(sale),
                          "its epoch is " + std::to_string(after.epoch) + ", the pool's " +
                              std::to_string(record.epoch));
        }
        if (const auto sum = after.remaining + after.held + after.sold; sum != record.total) {
            differ(claim::units, to_string(sale),
                   "remaining + held + sold is " + std::to_string(sum) + ", the pool's total " +
                       std::to_string(record.total));
        }
        // An order is in the record before its hold becomes sold, and leaves it before its units
        // come back to the gate.
        const auto least = std::min(before.sold, after.sold);
        const auto most = std::max(before.sold + before.held, after.sold + after.held);
        if (record.sold < least || record.sold > most) {
            differ(claim::sold, to_string(sale),
                   "sold is " + std::to_string(after.sold) + ", the pool's " +
                       std::to_string(record.sold));
        }
        compare_buyers(sale, record.buyers, after.buyers, differ);
    }

    template <class Differ>
    static void compare_buyers(sale_id sale, const units_by_buyer& record,
                               const units_by_buyer& gate, const Differ& differ) {
        const auto units = [](const units_by_buyer& of, const std::string& buyer) {
            const auto found = of.find(buyer);
            return found == of.end() ? 0 : found->second;
        };
        auto buyers = record;
        buyers.insert(gate.begin(), gate.end());
        for (const auto& [buyer, unused] : buyers) {
            const auto there = units(gate, buyer), should = units(record, buyer);
            if (there == should) continue;
            differ(claim::buyers, to_string(sale) + "/" + buyer,
                   "the gate counts " + std::to_string(there) + ", the record " +
                       std::to_string(should));
        }
    }

    db::database& record_;
    observed_gate& gate_;
    std::chrono::milliseconds patience_;
    std::int64_t sales_ = 0, buyers_ = 0;
};

}  // namespace

result<gate_comparison> check_gate(db::database& record, observed_gate& gate,
                                   std::chrono::milliseconds patience, bool repair) {
    comparison gates{record, gate, patience};
    auto differences = gates.settle();
    if (differences && repair && !differences->empty()) {
        std::set<sale_id> sales;
        for (const auto& one : *differences) sales.insert(one.sale);
        for (const auto& sale : sales) {
            if (auto rebuilt = gate.rebuild(sale); !rebuilt) return rebuilt.error();
        }
        differences = gates.settle();
    }
    if (!differences && differences.error().code == errc::not_found) {
        return gate_comparison{
            .equations = {},
            .note = "no server runs on this data_dir: there is no gate to compare"};
    }
    if (!differences) return differences.error();

    gate_comparison out;
    for (const auto* name : claim_names) {
        out.equations.push_back({.name = name, .rows = gates.sales(), .broken = {}});
    }
    out.equations[static_cast<std::size_t>(claim::buyers)].rows = gates.buyers();
    for (auto& one : *differences) {
        out.equations[static_cast<std::size_t>(one.what)].broken.push_back(std::move(one.row));
    }
    return out;
}

}  // namespace market::proof
