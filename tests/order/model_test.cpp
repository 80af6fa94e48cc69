#include "model.hpp"
#include "life_shop.hpp"

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>

using namespace market;
using namespace market::order;
using namespace market::order::testing;

namespace {

constexpr std::size_t people = 3;

/// What the record holds of one product, its sale and its orders, in words: two worlds are equal
/// when their words are.
std::string words_of(const model& of) {
    std::string out;
    const auto add = [&](auto... parts) { ((out += parts + std::string{" "}), ...); };
    add("general", std::to_string(of.general_total), std::to_string(of.general_sold));
    add("sale", std::to_string(of.sale_total), std::to_string(of.sale_sold));
    add("ledger", std::to_string(of.general_total), std::to_string(of.sale_total));
    out += "\n";
    for (const auto& [buyer, units] : of.buyers)
        add("buyer", std::to_string(buyer), std::to_string(units));
    out += "\n";
    for (const auto& each : of.orders) {
        add(std::string{to_string(each.state)}, std::string{to_string(each.paid)}, each.delivery,
            "[" + each.events + "]");
        out += "\n";
    }
    return out;
}

/// One sequence of actions on goods of its own.
class play {
public:
    play(life_shop& shop, std::uint64_t seed, std::int64_t& outbox_seen)
        : shop_(shop),
          dice_(seed),
          expected_{roll(0, 4), roll(1, 6), roll(1, 4)},
          outbox_seen_(outbox_seen) {
        catalog::new_product goods{
            "Light stick", "", "goods",
            money{1'000},  {}, expected_.general_total + expected_.sale_total};
        product_ = shop_.run(shop_.catalog().create_product(goods, shop_.admin().id)).value().id;
        const auto now = shop_.clock().now();
        catalog::new_sale terms{product_,
                                "Sale",
                                money{900},
                                expected_.sale_total,
                                expected_.limit(),
                                now,
                                now + std::chrono::days{3'650}};
        sale_ = shop_.run(shop_.catalog().create_sale(terms, shop_.admin().id)).value().id;
        skip_events();
    }

    /// Empty: all was as the model says; else what differed.
    std::string run(int steps) {
        for (int i = 0; i < steps; ++i) {
            act();
            said_ += "\n";
            if (auto differs = compare(); !differs.empty()) return differs;
        }
        return {};
    }

private:
    std::int64_t roll(std::int64_t least, std::int64_t most) {
        const auto out = std::uniform_int_distribution<std::int64_t>{least, most}(dice_);
        return out;
    }

    void expect(const std::string& what, const std::string& got, const std::string& wanted) {
        said_ += what + ": " + got;
        if (got != wanted) wrong_ += what + " answered " + got + ", not " + wanted + "\n";
    }

    void act() {
        const auto what = roll(0, 99);
        if (expected_.orders.empty() || what < 22) return buy();
        auto& of = expected_.orders[static_cast<std::size_t>(
            roll(0, static_cast<std::int64_t>(expected_.orders.size()) - 1))];
        if (what < 34) return pay(of, "tok_ok");
        if (what < 38) return pay(of, "tok_declined");
        if (what < 44) return notice(of, true);
        if (what < 46) return notice(of, false);
        if (what < 56) return cancel(of);
        if (what < 72) return deliver(of);
        if (what < 80) return request_return(of);
        if (what < 88) return accept_return(of);
        if (what < 96) return time_passes(of);
        if (what < 98) return;
        close();
    }

    void buy() {
        const auto buyer = static_cast<std::size_t>(roll(0, people - 1));
        const auto of_sale = roll(0, 3), plain = of_sale == 0 ? roll(1, 2) : roll(0, 1);
        std::vector<wanted_line> lines;
        if (of_sale > 0) lines.push_back({sale_, of_sale});
        if (plain > 0) lines.push_back({product_, plain});
        const auto wanted = expected_.may_answer(buyer, of_sale, plain);
        const auto got = shop_.buy(shop_.wish(shop_.buyer(buyer), std::move(lines)));
        const std::string said = got ? "placed" : std::string{to_string(got.error().code)};
        const bool is_earned = std::find(wanted.begin(), wanted.end(), said) != wanted.end();
        expect("buy " + std::to_string(of_sale) + "+" + std::to_string(plain), said,
               is_earned ? said : wanted.front());
        if (!got) return;
        model_order made;
        made.id = got->id;
        made.buyer = buyer;
        made.sale_units = of_sale;
        made.plain_units = plain;
        made.expires_at = shop_.clock().now() + std::chrono::seconds{600};
        expected_.place(std::move(made));
    }
    void pay(model_order& of, const std::string& token) {
        const auto wanted = expected_.pay(of, token, shop_.clock().now());
        expect("pay " + token, code_of(shop_.pay(shop_.buyer(of.buyer), of.id, token)), wanted);
    }
    void notice(model_order& of, bool captured) {
        const auto wanted = expected_.notice(of, captured, shop_.clock().now());
        const auto name = "n-" + to_string(make_id<event_id>());
        const auto kind =
            captured ? payment_notice::what::captured : payment_notice::what::declined;
        for (int again = 0; again < 2; ++again) {
            const auto got = shop_.notice(name, of.id, kind);
            expect(captured ? "captured" : "declined",
                   std::string{got ? to_string(got->state) : to_string(got.error().code)}, wanted);
        }
    }
    void cancel(model_order& of) {
        const auto wanted = expected_.cancel(of, shop_.clock().now());
        expect("cancel", code_of(shop_.cancel(shop_.buyer(of.buyer), of.id)), wanted);
    }
    void deliver(model_order& of) {
        constexpr std::array steps{delivery_step::preparing, delivery_step::shipped,
                                   delivery_step::delivered};
        constexpr std::array actions{order_action::prepare, order_action::ship,
                                     order_action::deliver};
        const auto which = static_cast<std::size_t>(roll(0, 2));
        const auto wanted = expected_.deliver(of, actions.at(which), shop_.clock().now());
        expect("deliver", code_of(shop_.deliver(of.id, steps.at(which), "Post")), wanted);
    }
    void request_return(model_order& of) {
        const auto wanted = expected_.request_return(of, shop_.clock().now());
        expect("return", code_of(shop_.request_return(shop_.buyer(of.buyer), of.id)), wanted);
    }
    void accept_return(model_order& of) {
        const auto wanted = expected_.accept_return(of);
        expect("accept", code_of(shop_.accept_return(of.id)), wanted);
    }
    /// A while, after which some are overdue; perhaps somebody pays late before they are swept.
    void time_passes(model_order& of) {
        constexpr std::array<std::chrono::seconds, 4> whiles{1s, 300s, 600s, std::chrono::days{5}};
        shop_.clock().advance(whiles.at(static_cast<std::size_t>(roll(0, 3))));
        const auto late = roll(0, 2);
        if (late == 0) pay(of, "tok_ok");
        if (late == 1) notice(of, true);
        expected_.expire_overdue(shop_.clock().now());
        shop_.sweep();
        said_ += " time passes";
    }
    void close() {
        expected_.close();
        const auto closed = shop_.run(shop_.catalog().close_sale(sale_, shop_.admin().id));
        expect("close", closed ? "closed" : "refused", "closed");
    }

    std::string compare() {
        if (!wrong_.empty()) return wrong_ + said_;
        const auto wanted = words_of(expected_);
        std::string found;
        const auto agrees = [&] {
            found = words_of_record();
            return found == wanted && gate_agrees();
        };
        // What the server's own sweeper is at may take a moment to reach the gate.
        if (agrees() || market::testing::eventually(agrees, 5s)) return {};
        return "the model:\n" + wanted + "the shop:\n" + found + "the gate: remaining " +
               std::to_string(shop_.view(sale_).remaining) + "\n" + said_;
    }

    bool gate_agrees() {
        return expected_.closed ||
               shop_.view(sale_).remaining == expected_.sale_total - expected_.sale_sold;
    }

    std::string words_of_record() {
        auto read = [&](db::transaction& tx) -> result<std::string> {
            model seen = expected_;
            read_stock(tx, seen);
            read_orders(tx, seen);
            auto words = words_of(seen);
            return words;
        };
        return shop_.record().read(read, db::access::snapshot).value();
    }

    void read_stock(db::transaction& tx, model& into) {
        const auto general = stock::ledger::find(tx, pool_of(product_)).value();
        const auto on_sale = stock::ledger::find(tx, pool_of(sale_)).value();
        into.general_sold = general.sold;
        into.sale_sold = on_sale.sold;
        // The ledger: total and the sum of movements have to be one number.
        into.general_total = same(general.total, moved(tx, general.id));
        into.sale_total = same(on_sale.total, moved(tx, on_sale.id));
        into.buyers.clear();
        for (const auto& [who, units] : tx.query<user_id, std::int64_t>(
                 db::sql{} << "SELECT user_id, quantity FROM sale_buyers WHERE sale_id = "
                           << sale_))
            for (std::size_t i = 0; i < people; ++i)
                if (shop_.buyer(i) == who) into.buyers[i] = units;
    }
    static std::int64_t same(std::int64_t total, std::int64_t movements) {
        return total == movements ? total : -1;
    }
    static std::int64_t moved(db::transaction& tx, pool_id pool) {
        const auto sum = tx.query_one<std::int64_t>(
            db::sql{} << "SELECT CAST(COALESCE(SUM(delta), 0) AS SIGNED) FROM stock_movements"
                         " WHERE pool_id = "
                      << pool);
        return std::get<0>(sum.value());
    }

    void read_orders(db::transaction& tx, model& into) {
        for (const auto& [id, subject, type] : tx.query<std::int64_t, std::string, std::string>(
                 db::sql{} << "SELECT id, subject, type FROM outbox WHERE id > " << outbox_seen_
                           << " ORDER BY id")) {
            outbox_seen_ = id;
            auto& events = events_[subject];
            if (!events.empty()) events += " ";
            events += type.substr(13, type.size() - 16);
        }
        for (auto& each : into.orders) {
            const auto found = find_order(tx, each.id).value();
            each.state = found.state;
            each.paid = found.payment.value().state;
            each.delivery = found.delivery ? found.delivery->state : "none";
            each.events = events_[to_string(each.id)];
        }
    }
    void skip_events() {
        outbox_seen_ = shop_.count(db::sql{} << "SELECT COALESCE(MAX(id), 0) FROM outbox");
    }

    life_shop& shop_;
    std::mt19937_64 dice_;
    model expected_;
    std::int64_t& outbox_seen_;
    product_id product_;
    sale_id sale_;
    std::map<std::string, std::string> events_;
    std::string said_, wrong_;
};

std::uint64_t chosen_seed() {
    if (const auto* given = std::getenv("MARKET_TEST_SEED")) return std::stoull(given);
    return std::random_device{}();
}

/// More of them for a campaign: MARKET_TEST_SEQUENCES.
int chosen_count(int otherwise) {
    const auto* given = std::getenv("MARKET_TEST_SEQUENCES");
    return given ? std::stoi(given) : otherwise;
}

void play_sequences(const std::string& kind, int sequences) {
    const auto seed = chosen_seed();
    std::cout << "order model on " << kind << ": MARKET_TEST_SEED=" << seed << "\n";
    life_shop shop{kind};
    std::int64_t outbox_seen = 0;
    for (int i = 0; i < sequences; ++i) {
        play one{shop, seed + static_cast<std::uint64_t>(i), outbox_seen};
        const auto differs = one.run(14);
        INFO("seed " << seed << ", sequence " << i << "\n" << differs);
        REQUIRE(differs.empty());
    }
    // Nothing is left behind: no event uncounted, no debt, no credit.
    CHECK(shop.count(db::sql{} << "SELECT CAST(SUM(events) AS SIGNED) FROM orders") ==
          shop.count(db::sql{} << "SELECT COUNT(*) FROM outbox WHERE topic = 'market.orders'"));
    CHECK(market::testing::eventually([&] { return shop.debts() == 0; }));
    CHECK(market::testing::eventually(
        [&] { return shop.count(db::sql{} << "SELECT COUNT(*) FROM gate_credits") == 0; }));
}

}  // namespace

TEST_CASE("a thousand random lives of orders are as a plain model says", "[order][model]") {
    // What is proved here is no matter of disks: in memory there are more lives a second.
    if (std::filesystem::exists("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
    play_sequences("sqlite", chosen_count(1'000));
}

TEST_CASE("random lives of orders on a server are as a plain model says", "[order][model]") {
    for (const auto* kind : {"mysql", "mariadb"}) {
        const auto* variable =
            kind == std::string{"mysql"} ? "MARKET_TEST_MYSQL_URL" : "MARKET_TEST_MARIADB_URL";
        if (db::test::server_from_environment(variable))
            play_sequences(kind, chosen_count(200));
        else
            std::cout << kind << ": skipped, because " << variable << " is not set\n";
    }
}
