#include "model_play.hpp"

#include <array>

namespace market::order::testing {

namespace {

constexpr std::chrono::seconds payment_hold{600}, request_deadline{5};

/// Two in three last for ever, one ends by the clock; one in four has yet to open.
model a_model(life_shop& shop, std::mt19937_64& dice) {
    const auto roll = [&](std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>{least, most}(dice);
    };
    const auto now = shop.clock().now();
    const auto starts_at = roll(0, 3) == 0 ? now + 300s : now;
    const auto lasts = roll(0, 2) == 0 ? std::chrono::days{4} : std::chrono::days{3'650};
    const auto general = roll(0, 6), on_sale = roll(1, 7);
    return {general, on_sale, roll(1, 4), starts_at, starts_at + lasts};
}

std::string said_of(const result<catalog::sale>& got) {
    return std::string{got ? catalog::to_string(got->status) : to_string(got.error().code)};
}

}  // namespace

model_play::model_play(life_shop& shop, std::uint64_t seed)
    : shop_(shop), dice_(seed), expected_(a_model(shop, dice_)) {
    const auto outbox_before = shop_.count(db::sql{} << "SELECT COALESCE(MAX(id), 0) FROM outbox");
    const auto units = expected_.stock.general.total + expected_.stock.sale.total;
    catalog::new_product goods{"Light stick", "", "goods", money{1'000}, {}, units};
    product_ = shop_.run(shop_.catalog().create_product(goods, shop_.admin().id)).value().id;
    catalog::new_sale terms{product_,          "Sale",
                            money{900},        expected_.stock.quantity,
                            expected_.limit(), expected_.starts_at,
                            expected_.ends_at};
    sale_ = shop_.run(shop_.catalog().create_sale(terms, shop_.admin().id)).value().id;
    record_.emplace(shop_, product_, sale_, outbox_before);
    shop_.sweep_sales();
    expected_.time_comes(shop_.clock().now(), request_deadline);
}

std::string model_play::run(int steps) {
    for (int i = 0; i < steps; ++i) {
        act();
        said_ += "\n";
        if (auto differs = compare(); !differs.empty()) return differs;
    }
    close();
    return compare();
}

std::int64_t model_play::roll(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>{least, most}(dice_);
}

void model_play::expect(const std::string& what, const std::string& got,
                        const std::string& wanted) {
    said_ += what + ": " + got;
    if (got != wanted) wrong_ += what + " answered " + got + ", not " + wanted + "\n";
}

void model_play::act() {
    const auto what = roll(0, 99);
    if (expected_.orders.empty() ? what < 60 : what < 20) return buy();
    if (what < 27) return time_passes();
    if (what < 45 || expected_.orders.empty()) return act_on_goods();
    act_on(expected_.orders[static_cast<std::size_t>(
        roll(0, static_cast<std::int64_t>(expected_.orders.size()) - 1))]);
}

void model_play::act_on_goods() {
    const auto what = roll(0, 17);
    if (what < 7) return adjust();
    if (what < 11) return pause();
    if (what < 13) return resize();
    if (what < 15) return rebuild();
    if (what < 17) return lose_gate();
    close();
}

void model_play::act_on(model_order& of) {
    const auto what = roll(0, 54);
    if (what < 12) return pay(of, "tok_ok");
    if (what < 15) return pay(of, "tok_declined");
    if (what < 20) return notice(of, true);
    if (what < 22) return notice(of, false);
    if (what < 30) return cancel(of);
    if (what < 43) return deliver(of);
    if (what < 49) return request_return(of);
    accept_return(of);
}

void model_play::buy() {
    const auto buyer = static_cast<std::size_t>(roll(0, people - 1));
    const auto of_sale = roll(0, 3), plain = of_sale == 0 ? roll(1, 2) : roll(0, 1);
    std::vector<wanted_line> lines;
    if (of_sale > 0) lines.push_back({sale_, of_sale});
    if (plain > 0) lines.push_back({product_, plain});
    const auto now = shop_.clock().now();
    const auto wanted = expected_.buy(buyer, of_sale, plain, now);
    const auto got = shop_.buy(shop_.request(shop_.buyer(buyer), std::move(lines)));
    expect("buy " + std::to_string(of_sale) + "+" + std::to_string(plain),
           got ? "placed" : std::string{to_string(got.error().code)}, wanted);
    if (!got) return;
    model_order made;
    made.id = got->id;
    made.buyer = buyer;
    made.sale_units = of_sale;
    made.plain_units = plain;
    made.expires_at = now + payment_hold;
    expected_.place(std::move(made));
}

void model_play::pay(model_order& of, const std::string& token) {
    const auto wanted = expected_.pay(of, token, shop_.clock().now());
    expect("pay " + token, code_of(shop_.pay(shop_.buyer(of.buyer), of.id, token)), wanted);
}

void model_play::notice(model_order& of, bool captured) {
    const auto wanted = expected_.notice(of, captured, shop_.clock().now());
    const auto name = "n-" + to_string(make_id<event_id>());
    const auto kind = captured ? payment_notice::what::captured : payment_notice::what::declined;
    for (int again = 0; again < 2; ++again) {
        const auto got = shop_.notice(name, of.id, kind);
        expect(captured ? " captured" : " declined",
               std::string{got ? to_string(got->state) : to_string(got.error().code)}, wanted);
    }
}

/// An admin's cancel obeys the rules of the buyer's.
void model_play::cancel(model_order& of) {
    const bool by_admin = toss();
    const auto who = by_admin ? shop_.admin() : shop_.as(shop_.buyer(of.buyer));
    const auto wanted = expected_.cancel(of, by_admin ? "admin" : std::to_string(of.buyer));
    expect("cancel", code_of(shop_.run(shop_.calls().cancel(who, of.id, ""))), wanted);
}

void model_play::deliver(model_order& of) {
    constexpr std::array steps{delivery_step::preparing, delivery_step::shipped,
                               delivery_step::delivered};
    constexpr std::array actions{order_action::prepare, order_action::ship, order_action::deliver};
    const auto which = static_cast<std::size_t>(roll(0, 2));
    const auto wanted = expected_.deliver(of, actions.at(which), shop_.clock().now());
    expect("deliver", code_of(shop_.deliver(of.id, steps.at(which), "Post")), wanted);
}

void model_play::request_return(model_order& of) {
    const auto wanted = expected_.request_return(of, shop_.clock().now());
    expect("return", code_of(shop_.request_return(shop_.buyer(of.buyer), of.id)), wanted);
}

void model_play::accept_return(model_order& of) {
    const auto wanted = expected_.accept_return(of);
    expect("accept", code_of(shop_.accept_return(of.id)), wanted);
}

/// The server's own sweeper is at it too: whoever comes first, it is done once. A payment may come
/// before either of them.
void model_play::time_passes() {
    constexpr std::array<std::chrono::seconds, 4> whiles{1s, 300s, 600s, std::chrono::days{3}};
    shop_.clock().advance(whiles.at(static_cast<std::size_t>(roll(0, 3))));
    if (!expected_.orders.empty()) {
        const auto which = roll(0, static_cast<std::int64_t>(expected_.orders.size()) - 1);
        auto& of = expected_.orders[static_cast<std::size_t>(which)];
        const auto late = roll(0, 2);
        if (late == 0) pay(of, "tok_ok");
        if (late == 1) notice(of, true);
    }
    expected_.time_comes(shop_.clock().now(), request_deadline);
    shop_.sweep();
    shop_.sweep_sales();
    said_ += " time passes";
}

void model_play::adjust() {
    const auto delta = toss() ? roll(1, 4) : roll(-4, -1);
    const auto wanted = expected_.adjust(delta);
    const auto got =
        shop_.run(shop_.catalog().adjust_stock(product_, delta, "counted", shop_.admin().id));
    expect("adjust " + std::to_string(delta),
           got ? "adjusted" : std::string{to_string(got.error().code)}, wanted);
}

void model_play::pause() {
    const bool paused = roll(0, 2) < 2 ? !expected_.paused : expected_.paused;
    const auto wanted = expected_.pause(paused, shop_.clock().now());
    expect(paused ? "pause" : "resume",
           said_of(shop_.run(shop_.catalog().pause_sale(sale_, paused))), wanted);
}

void model_play::resize() {
    catalog::sale_change more;
    more.quantity = roll(1, 10);
    const auto wanted = expected_.resize(*more.quantity, shop_.clock().now());
    const auto got = shop_.run(shop_.catalog().change_sale(sale_, more, shop_.admin().id, {}));
    expect("resize to " + std::to_string(*more.quantity),
           got ? "resized" : std::string{to_string(got.error().code)}, wanted);
}

/// Forced once a sequence: a second one would wait for its second.
void model_play::rebuild() {
    const auto why = was_forced_ ? stock::rebuild_reason::stale : stock::rebuild_reason::forced;
    was_forced_ = true;
    const auto done = shop_.rebuild(sale_, why);
    expect("rebuild", done ? "done" : std::string{to_string(done.error().code)},
           expected_.closed ? "sale_ended" : "done");
}

void model_play::lose_gate() {
    shop_.run(shop_.gate().remove(sale_)).value();
    said_ += "the gate is lost, ";
    if (toss()) buy();
    shop_.rebuild(sale_, stock::rebuild_reason::stale);
}

void model_play::close() {
    expected_.close("admin", shop_.clock().now());
    expect("close", said_of(shop_.run(shop_.catalog().close_sale(sale_, shop_.admin().id))),
           "ended");
}

std::string model_play::compare() {
    if (!wrong_.empty()) return wrong_ + said_;
    const auto wanted = words_of(expected_) + gate_words_of(shop_, expected_);
    std::string found;
    const auto agrees = [&] {
        found = record_->words(expected_) + gate_words_of(shop_, sale_);
        return found == wanted;
    };
    // What the server's own sweeper is at may take a moment to reach the gate.
    if (agrees() || market::testing::eventually(agrees, 5s)) return {};
    return "the model:\n" + wanted + "\nthe shop:\n" + found + "\n" + said_;
}

}  // namespace market::order::testing
