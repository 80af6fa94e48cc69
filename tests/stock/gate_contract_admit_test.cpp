#include "stock/sale_at_gate.hpp"

namespace market::stock::testing {

TEST_CASE("the gate numbers admissions 1, 2, 3 and takes their units", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10)));

    for (std::int64_t seq = 1; seq <= 3; ++seq) {
        auto answer = sale.admit(sale.request_of(somebody(), 2));
        REQUIRE(is<admitted>(answer));
        CHECK(std::get<admitted>(answer).seq == seq);
        CHECK(std::get<admitted>(answer).epoch == 1);
    }
    CHECK(sale.look().remaining == 4);
    CHECK(sale.look().held == 6);
}

TEST_CASE("the gate refuses as sold out only what asks for more than is left", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(5)));
    sale.hold(sale.request_of(somebody(), 3));

    auto refused = sale.admit(sale.request_of(somebody(), 3));
    REQUIRE(is<sold_out>(refused));
    CHECK(std::get<sold_out>(refused).remaining == 2);

    auto last = sale.admit(sale.request_of(somebody(), 2));
    REQUIRE(is<admitted>(last));
    CHECK(std::get<admitted>(last).seq == 2);  // a refusal takes no number
    refused = sale.admit(sale.request_of(somebody(), 1));
    REQUIRE(is<sold_out>(refused));
    CHECK(std::get<sold_out>(refused).remaining == 0);
}

TEST_CASE("the same attempt again gets its same admission and takes nothing more", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(2)));
    auto wanted = sale.request_of(somebody(), 2);
    auto first = sale.hold(wanted);

    auto again = sale.hold(wanted);  // sold out for everybody else by now
    CHECK(again.seq == first.seq);
    CHECK(again.epoch == first.epoch);
    CHECK(sale.look().remaining == 0);
    CHECK(sale.look().held == 2);
}

TEST_CASE("another attempt at a held key is known and takes nothing", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10)));
    auto wanted = sale.request_of(somebody());
    sale.hold(wanted);

    wanted.attempt = make_random_id<attempt_id>();
    auto other = sale.admit(wanted);
    REQUIRE(is<known>(other));
    CHECK_FALSE(std::get<known>(other).done);
    CHECK(sale.look().remaining == 9);
    CHECK(sale.holds().size() == 1);
}

TEST_CASE("a confirmed key is known as done to any attempt, its own too", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10)));
    auto wanted = sale.request_of(somebody());
    sale.confirm(sale.hold(wanted));

    for (int attempt = 0; attempt < 2; ++attempt) {
        auto answer = sale.admit(wanted);
        REQUIRE(is<known>(answer));
        CHECK(std::get<known>(answer).done);
        wanted.attempt = make_random_id<attempt_id>();
    }
    CHECK(sale.look().remaining == 9);
}

TEST_CASE("an attempt that comes back as another request fails and takes nothing", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10)));
    auto wanted = sale.request_of(somebody(), 2);
    sale.hold(wanted);

    auto more = wanted;
    more.units = 3;
    CHECK(fails(sale.try_admit(more)));
    auto other = wanted;
    other.buyer = somebody();
    CHECK(fails(sale.try_admit(other)));
    CHECK(sale.look().remaining == 8);
    CHECK(sale.look().held == 2);
}

TEST_CASE("the gate opens at its start and shuts at its end, to the millisecond", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    auto contents = sale.sale_of(10);
    contents.starts_at = sale.now() + 1s;
    contents.ends_at = sale.now() + 2s;
    REQUIRE(sale.load(contents));

    sale.advance(999ms);
    auto early = sale.admit(sale.request_of(somebody()));
    REQUIRE(is<not_open>(early));
    CHECK(std::get<not_open>(early).opens_at == contents.starts_at);
    sale.advance(1ms);
    CHECK(is<admitted>(sale.admit(sale.request_of(somebody()))));
    sale.advance(999ms);
    CHECK(is<admitted>(sale.admit(sale.request_of(somebody()))));
    sale.advance(1ms);
    CHECK(is<ended>(sale.admit(sale.request_of(somebody()))));
    CHECK(sale.look().remaining == 8);
}

TEST_CASE("a known key is answered before the window and the pause are looked at", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    auto done = sale.request_of(somebody());
    auto contents = sale.sale_of(10);
    contents.done = {done.key};
    contents.paused = true;
    contents.ends_at = sale.now() + 1s;
    REQUIRE(sale.load(contents));

    REQUIRE(is<known>(sale.admit(done)));
    sale.advance(2s);
    REQUIRE(is<known>(sale.admit(done)));
}

TEST_CASE("the window is looked at before the pause, the pause before the limit", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    auto contents = sale.sale_of(10, 1);
    contents.paused = true;
    contents.starts_at = sale.now() + 1s;
    contents.ends_at = sale.now() + 2s;
    REQUIRE(sale.load(contents));
    auto too_much = sale.request_of(somebody(), 11);

    CHECK(is<not_open>(sale.admit(too_much)));
    sale.advance(1s);
    CHECK(is<paused>(sale.admit(too_much)));
    CHECK(sale.look().paused);
    sale.advance(1s);
    CHECK(is<ended>(sale.admit(too_much)));
    CHECK(sale.look().held == 0);
}

TEST_CASE("a buyer's limit counts what is held and sold, and comes before what is left", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    auto contents = sale.sale_of(7, 5);
    auto buyer = somebody();
    contents.sold = 1;
    contents.buyers = {{buyer, 1}};
    REQUIRE(sale.load(contents));
    sale.confirm(sale.hold(sale.request_of(buyer, 1)));
    sale.hold(sale.request_of(buyer, 1));

    auto refused = sale.admit(sale.request_of(buyer, 900));
    REQUIRE(is<purchase_limit>(refused));
    CHECK(std::get<purchase_limit>(refused).limit == 5);
    CHECK(std::get<purchase_limit>(refused).remaining == 2);
    CHECK(is<admitted>(sale.admit(sale.request_of(buyer, 2))));
    refused = sale.admit(sale.request_of(buyer, 1));
    REQUIRE(is<purchase_limit>(refused));
    CHECK(std::get<purchase_limit>(refused).remaining == 0);
    CHECK(is<admitted>(sale.admit(sale.request_of(somebody(), 2))));  // others have their own
}

TEST_CASE("a buyer who has more than a limit lowered since may buy 0 more, not less", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    auto contents = sale.sale_of(10, 2);
    auto buyer = somebody();
    contents.sold = 5;
    contents.buyers = {{buyer, 5}};
    REQUIRE(sale.load(contents));

    auto refused = sale.admit(sale.request_of(buyer));
    REQUIRE(is<purchase_limit>(refused));
    CHECK(std::get<purchase_limit>(refused).remaining == 0);
}

TEST_CASE("units out of range fail loudly and take nothing", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10)));

    auto smallest = std::numeric_limits<std::int64_t>::min();
    auto largest = std::numeric_limits<std::int64_t>::max();
    for (auto units : {std::int64_t{0}, std::int64_t{-1}, smallest, std::int64_t{1'001}, largest})
        CHECK(fails(sale.try_admit(sale.request_of(somebody(), units))));
    CHECK(sale.look().remaining == 10);
    CHECK(sale.look().held == 0);
}

TEST_CASE("sales at one gate do not touch each other", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(1, 1)));
    auto first = sale.id;
    auto buyer = somebody();
    auto wanted = sale.request_of(buyer);
    sale.hold(wanted);

    sale.id = make_id<sale_id>();
    REQUIRE(sale.load(sale.sale_of(1, 1)));
    wanted.sale = sale.id;
    CHECK(sale.hold(wanted).seq == 1);  // one request, a line in each sale
    auto views = sale.fixture().settle(sale.gate().look({first, make_id<sale_id>(), sale.id}));
    REQUIRE(views.value().size() == 3);
    CHECK(views.value()[0].held == 1);
    CHECK(views.value()[1].state == gate_state::absent);
    CHECK(views.value()[2].held == 1);
}

}  // namespace market::stock::testing
