/// Every call to an order in every state, by everybody who may make it.
#include "life_shop.hpp"

#include <market/proof/check.hpp>

#include <map>

using namespace market;
using namespace market::order;
using namespace market::order::testing;

namespace {

/// How an order came where it is. A cancelled one may have been paid, or not.
constexpr std::array origins{"pending_payment", "confirmed",        "preparing", "shipped",
                             "delivered",       "return_requested", "returned",  "cancelled",
                             "cancelled_paid",  "expired"};
constexpr std::size_t owner = 1, other = 2;

/// Answers by origin, in their order: the state after it, or the refusal.
using answers = std::array<std::string, origins.size()>;

const std::string no = "order_state";

const answers pay_well{"confirmed",        "confirmed", "preparing", "shipped", "delivered",
                       "return_requested", no,          no,          no,        "order_expired"};
const answers pay_badly{"payment_declined", no, no, no, no, no, no, no, no, "order_expired"};
const answers cancel{"cancelled", "cancelled", "cancelled", no,          no,
                     no,          no,          "cancelled", "cancelled", no};
const answers ask_return{no, no, no, no, "return_requested", "return_requested", no, no, no, no};
const answers not_the_buyer{"forbidden", "forbidden", "forbidden", "forbidden", "forbidden",
                            "forbidden", "forbidden", "forbidden", "forbidden", "forbidden"};
const answers not_there{"order_not_found", "order_not_found", "order_not_found", "order_not_found",
                        "order_not_found", "order_not_found", "order_not_found", "order_not_found",
                        "order_not_found", "order_not_found"};
const answers prepare{no, "preparing", "preparing", no, no, no, no, no, no, no};
const answers ship{no, "shipped", "shipped", "shipped", no, no, no, no, no, no};
const answers deliver{no, "delivered", "delivered", "delivered", "delivered", no, no, no, no, no};
const answers accept{no, no, no, no, no, "returned", "returned", no, no, no};
// The provider's notices and the clock: the payment's state, the order's.
const answers captured{"captured", "captured", "captured", "captured", "captured",
                       "captured", "refunded", "refunded", "refunded", "refunded"};
const answers told_declined{"declined", "captured", "captured", "captured", "captured",
                            "captured", "refunded", "pending",  "refunded", "pending"};
const answers time_is_up{"expired",          "confirmed", "preparing", "shipped",   "delivered",
                         "return_requested", "returned",  "cancelled", "cancelled", "expired"};

class transition_shop : public life_shop {
public:
    using life_shop::life_shop;

    order_id bring_to(const std::string& origin) {
        const auto id = buy(life_shop::buyer(owner), sale_).value().id;
        const auto who = life_shop::buyer(owner);
        const auto is = [&](auto... names) { return ((origin == names) || ...); };
        if (is("pending_payment")) return id;
        if (is("cancelled")) return order_shop::cancel(who, id).value().id;
        if (is("expired")) return time_out(id);
        pay(who, id).value();
        if (is("cancelled_paid")) return order_shop::cancel(who, id).value().id;
        if (is("preparing")) life_shop::deliver(id, delivery_step::preparing).value();
        if (is("shipped")) life_shop::deliver(id, delivery_step::shipped).value();
        if (is("delivered", "return_requested", "returned"))
            life_shop::deliver(id, delivery_step::delivered).value();
        if (is("return_requested", "returned")) request_return(who, id).value();
        if (is("returned")) accept_return(id).value();
        return id;
    }
    order_id time_out(order_id id) {
        clock().advance(600s);
        sweep();
        return id;
    }
    std::string state_of(order_id id) { return std::string{to_string(read(id).state)}; }
    std::int64_t units_sold() { return pool(pool_of(sale_)).sold; }
    std::int64_t live_orders() {
        return count(db::sql{} << "SELECT COUNT(*) FROM orders WHERE state NOT IN"
                                  " ('cancelled', 'expired', 'returned')");
    }

private:
    sale_id sale_ = sale(1'000, 1'000);
};

struct called {
    std::string name;
    std::function<std::string(transition_shop&, order_id)> make;
    const answers* earned;
};

std::vector<called> calls_of(const std::string& who, const user::principal& by,
                             const std::array<const answers*, 4>& earned) {
    const auto paying = [by](std::string token) {
        return [by, token](transition_shop& shop, order_id id) {
            return code_of(shop.run(shop.calls().pay(by, id, token, "")));
        };
    };
    return {
        {who + " pays", paying("tok_ok"), earned[0]},
        {who + " pays badly", paying("tok_declined"), earned[1]},
        {who + " cancels",
         [by](transition_shop& shop, order_id id) {
             return code_of(shop.run(shop.calls().cancel(by, id, "")));
         },
         earned[2]},
        {who + " asks to return",
         [by](transition_shop& shop, order_id id) {
             return code_of(shop.run(shop.calls().request_return(by, id, "too small", "")));
         },
         earned[3]},
    };
}

std::vector<called> all_calls(transition_shop& shop) {
    auto out = calls_of("the owner", shop.as(shop.buyer(owner)),
                        {&pay_well, &pay_badly, &cancel, &ask_return});
    const auto add = [&](std::vector<called> more) {
        out.insert(out.end(), more.begin(), more.end());
    };
    add(calls_of("another", shop.as(shop.buyer(other)),
                 {&not_there, &not_there, &not_there, &not_there}));
    add(calls_of("an admin", shop.admin(),
                 {&not_the_buyer, &not_the_buyer, &cancel, &not_the_buyer}));
    const auto delivering = [](delivery_step to) {
        return [to](transition_shop& on, order_id id) {
            return code_of(on.life_shop::deliver(id, to));
        };
    };
    const auto noticing = [](payment_notice::what kind) {
        return [kind](transition_shop& on, order_id id) {
            const auto name = "n-" + to_string(make_id<event_id>());
            const auto got = on.notice(name, id, kind);
            return std::string{got ? to_string(got->state) : to_string(got.error().code)};
        };
    };
    add({
        {"an admin prepares", delivering(delivery_step::preparing), &prepare},
        {"an admin ships", delivering(delivery_step::shipped), &ship},
        {"an admin delivers", delivering(delivery_step::delivered), &deliver},
        {"an admin accepts",
         [](transition_shop& on, order_id id) { return code_of(on.accept_return(id)); }, &accept},
        {"the provider captured", noticing(payment_notice::what::captured), &captured},
        {"the provider declined", noticing(payment_notice::what::declined), &told_declined},
        {"time is up",
         [](transition_shop& on, order_id id) { return on.state_of(on.time_out(id)); },
         &time_is_up},
    });
    return out;
}

bool is_order_state(const std::string& word) {
    return std::any_of(order_states.begin(), order_states.end(),
                       [&](order_state each) { return word == to_string(each); });
}

/// The state that the answer leaves the order in.
std::string state_after(const std::string& before, const std::string& call,
                        const std::string& answer) {
    if (call == "the provider captured" && before == "pending_payment") return "confirmed";
    return is_order_state(answer) ? answer : before;
}

}  // namespace

TEST_CASE("every call in every state, by everybody: what it answers, and what becomes of the order",
          "[order][transitions]") {
    transition_shop shop;
    for (const auto& call : all_calls(shop)) {
        for (std::size_t i = 0; i < origins.size(); ++i) {
            INFO(call.name << ", the order is " << origins[i]);
            const auto id = shop.bring_to(origins[i]);
            const auto before = shop.state_of(id), told = shop.events_of(id);
            const auto answer = call.make(shop, id);
            CHECK(answer == call.earned->at(i));
            const auto after = state_after(before, call.name, answer);
            CHECK(shop.state_of(id) == after);
            CHECK(shop.events_of(id) == told + (after == before ? "" : " " + after));
            // Again the same, once more nothing happens.
            CHECK(call.make(shop, id) == answer);
            CHECK(shop.events_of(id) == told + (after == before ? "" : " " + after));
            REQUIRE(shop.units_sold() == shop.live_orders());
        }
    }
    for (const auto& equation : proof::check_record(shop.record()).value()) {
        INFO(equation.name);
        CHECK(equation.broken.empty());
    }
}
