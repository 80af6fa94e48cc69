#include "support/catch.hpp"

#include "life/order_rules.hpp"

#include <map>
#include <set>

using namespace market;
using namespace market::order;
using namespace std::chrono_literals;

TEST_CASE("every action from every state: where it may begin, and nowhere else", "[order][rules]") {
    using enum order_state;
    const std::map<order_action, std::set<order_state>> allowed{
        {order_action::pay, {pending_payment}},
        {order_action::prepare, {confirmed}},
        {order_action::ship, {confirmed, preparing}},
        {order_action::deliver, {confirmed, preparing, shipped}},
        {order_action::cancel, {pending_payment, confirmed, preparing}},
        {order_action::expire, {pending_payment}},
        {order_action::request_return, {delivered}},
        {order_action::accept_return, {return_requested}},
    };
    REQUIRE(allowed.size() == order_actions.size());
    REQUIRE(order_states.size() == 9);
    for (const auto action : order_actions) {
        for (const auto state : order_states) {
            INFO("to " << to_string(end_of(action)) << " from " << to_string(state));
            CHECK(may(action, state) == allowed.at(action).contains(state));
        }
        CHECK_FALSE(may(action, end_of(action)));
    }
}

TEST_CASE("each action ends in a state of its own, whose name is its event", "[order][rules]") {
    std::set<std::string> events;
    for (const auto action : order_actions) events.insert(event_of(end_of(action)));
    CHECK(events == std::set<std::string>{"market.order.confirmed.v1", "market.order.preparing.v1",
                                          "market.order.shipped.v1", "market.order.delivered.v1",
                                          "market.order.cancelled.v1", "market.order.expired.v1",
                                          "market.order.return_requested.v1",
                                          "market.order.returned.v1"});
}

TEST_CASE("a delivery has one way on from each of its states but the last", "[order][rules]") {
    for (const auto state : order_states) {
        INFO(to_string(state));
        const auto next = next_delivery(state);
        if (!next) CHECK_FALSE(may(order_action::deliver, state));
        if (next) CHECK(may(*next, state));
    }
    CHECK(next_delivery(order_state::confirmed) == order_action::prepare);
    CHECK(next_delivery(order_state::preparing) == order_action::ship);
    CHECK(next_delivery(order_state::shipped) == order_action::deliver);
}

TEST_CASE("units of the cancelled, expired and returned are not sold", "[order][rules]") {
    for (const auto state : order_states) {
        INFO(to_string(state));
        CHECK(is_live(state) == (state != order_state::cancelled && state != order_state::expired &&
                                 state != order_state::returned));
    }
}

TEST_CASE("a return may be asked for until the last instant of its days", "[order][rules]") {
    const instant delivered = from_micros(1'800'000'000'000'000);
    const std::chrono::days week{7};
    CHECK_FALSE(return_window_closed(delivered, delivered, week));
    CHECK_FALSE(return_window_closed(delivered, delivered + week, week));
    CHECK(return_window_closed(delivered, delivered + week + 1us, week));
    CHECK(return_window_closed(delivered, delivered + 1us, std::chrono::days{0}));
}
