#pragma once
/// Two pools, their ledger, and what is told of them, as a plain model.
#include <cstdint>
#include <map>
#include <string>

namespace market::order::testing {

class model_pool {
public:
    static constexpr std::int64_t low_at = 2;

    explicit model_pool(std::int64_t of_all, std::int64_t of_them_sold = 0)
        : total(of_all), sold(of_them_sold) {}

    std::int64_t total, sold;
    std::string events{};  ///< ` low`, ` sold_out`, in their order

    std::int64_t available() const { return total - sold; }
    void take(std::int64_t units) {
        sold += units;
        tell();
    }
    void give_back(std::int64_t units) {
        sold -= units;
        forget();
    }
    /// By a count: going out is an occasion to be told, moving to another pool is none.
    void count(std::int64_t delta) {
        total += delta;
        if (delta < 0)
            tell();
        else
            forget();
    }
    void move(std::int64_t delta) {
        total += delta;
        if (delta > 0) forget();
    }

private:
    int level() const { return available() == 0 ? 2 : available() <= low_at ? 1 : 0; }
    void tell() {
        while (told_ < level()) events += ++told_ == 1 ? " low" : " sold_out";
    }
    /// Units are back: the next occasion is told again.
    void forget() {
        if (told_ > level()) told_ = level();
    }

    int told_ = 0;
};

/// A product's general pool and its sale's.
class model_stock {
public:
    model_stock(std::int64_t in_general, std::int64_t on_sale)
        : quantity(on_sale), general{in_general}, sale{on_sale} {
        ledger["general received admin"] = in_general + on_sale;
        note("allocated", on_sale, "admin");
    }

    /// False: more would go than are free.
    bool adjust(std::int64_t delta) {
        if (general.available() + delta < 0) return false;
        general.count(delta);
        ledger["general adjusted admin"] += delta;
        return true;
    }
    bool resize(std::int64_t wanted) {
        const auto more = wanted - quantity;
        if (general.available() < more) return false;
        general.move(-more);
        sale.move(more);
        note("allocated", more, "admin");
        quantity = wanted;
        return true;
    }
    void close(const std::string& actor) {
        if (const auto unsold = sale.available(); unsold > 0) move_to_general(unsold, actor);
    }
    void move_to_general(std::int64_t units, const std::string& actor) {
        sale.move(-units);
        general.move(units);
        note("returned", -units, actor);
    }

    std::int64_t quantity;  ///< allocated to the sale
    model_pool general, sale;
    std::map<std::string, std::int64_t> ledger;  ///< sums by pool, kind and actor

private:
    /// The two rows of a transfer.
    void note(const std::string& kind, std::int64_t to_sale, const std::string& actor) {
        ledger["general " + kind + " " + actor] -= to_sale;
        ledger["sale " + kind + " " + actor] += to_sale;
    }
};

}  // namespace market::order::testing
