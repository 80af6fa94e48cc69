#include "stock/gate_play.hpp"

namespace market::stock::testing {

TEST_CASE("the gate numbers admissions 1, 2, 3 and takes their units", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10)));

    for (std::int64_t seq = 1; seq <= 3; ++seq) {
        auto answer = play.admit(play.wish_of(somebody(), 2));
        REQUIRE(is<admitted>(answer));
        CHECK(std::get<admitted>(answer).seq == seq);
        CHECK(std::get<admitted>(answer).epoch == 1);
    }
    CHECK(play.look().remaining == 4);
    CHECK(play.look().held == 6);
}

TEST_CASE("the gate refuses as sold out only what asks for more than is left", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(5)));
    play.hold(play.wish_of(somebody(), 3));

    auto refused = play.admit(play.wish_of(somebody(), 3));
    REQUIRE(is<sold_out>(refused));
    CHECK(std::get<sold_out>(refused).remaining == 2);

    auto last = play.admit(play.wish_of(somebody(), 2));
    REQUIRE(is<admitted>(last));
    CHECK(std::get<admitted>(last).seq == 2);  // a refusal takes no number
    refused = play.admit(play.wish_of(somebody(), 1));
    REQUIRE(is<sold_out>(refused));
    CHECK(std::get<sold_out>(refused).remaining == 0);
}

TEST_CASE("the same attempt again gets its same admission and takes nothing more", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(2)));
    auto wanted = play.wish_of(somebody(), 2);
    auto first = play.hold(wanted);

    auto again = play.hold(wanted);  // sold out for everybody else by now
    CHECK(again.seq == first.seq);
    CHECK(again.epoch == first.epoch);
    CHECK(play.look().remaining == 0);
    CHECK(play.look().held == 2);
}

TEST_CASE("another attempt of a held wish is known and takes nothing", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10)));
    auto wanted = play.wish_of(somebody());
    play.hold(wanted);

    wanted.attempt = make_random_id<attempt_id>();
    auto other = play.admit(wanted);
    REQUIRE(is<known>(other));
    CHECK_FALSE(std::get<known>(other).done);
    CHECK(play.look().remaining == 9);
    CHECK(play.holds().size() == 1);
}

TEST_CASE("a confirmed wish is known as done by any attempt, its own too", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10)));
    auto wanted = play.wish_of(somebody());
    play.confirm(play.hold(wanted));

    for (int attempt = 0; attempt < 2; ++attempt) {
        auto answer = play.admit(wanted);
        REQUIRE(is<known>(answer));
        CHECK(std::get<known>(answer).done);
        wanted.attempt = make_random_id<attempt_id>();
    }
    CHECK(play.look().remaining == 9);
}

TEST_CASE("an attempt that comes back as another wish fails and takes nothing", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10)));
    auto wanted = play.wish_of(somebody(), 2);
    play.hold(wanted);

    auto more = wanted;
    more.units = 3;
    CHECK(fails(play.try_admit(more)));
    auto other = wanted;
    other.buyer = somebody();
    CHECK(fails(play.try_admit(other)));
    CHECK(play.look().remaining == 8);
    CHECK(play.look().held == 2);
}

TEST_CASE("the gate opens at its start and shuts at its end, to the millisecond", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    auto contents = play.sale_of(10);
    contents.starts_at = play.now() + 1s;
    contents.ends_at = play.now() + 2s;
    REQUIRE(play.load(contents));

    play.advance(999ms);
    auto early = play.admit(play.wish_of(somebody()));
    REQUIRE(is<not_open>(early));
    CHECK(std::get<not_open>(early).opens_at == contents.starts_at);
    play.advance(1ms);
    CHECK(is<admitted>(play.admit(play.wish_of(somebody()))));
    play.advance(999ms);
    CHECK(is<admitted>(play.admit(play.wish_of(somebody()))));
    play.advance(1ms);
    CHECK(is<ended>(play.admit(play.wish_of(somebody()))));
    CHECK(play.look().remaining == 8);
}

TEST_CASE("a known wish is answered before the window and the pause are looked at", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    auto done = play.wish_of(somebody());
    auto contents = play.sale_of(10);
    contents.done = {done.key};
    contents.paused = true;
    contents.ends_at = play.now() + 1s;
    REQUIRE(play.load(contents));

    REQUIRE(is<known>(play.admit(done)));
    play.advance(2s);
    REQUIRE(is<known>(play.admit(done)));
}

TEST_CASE("the window is looked at before the pause, the pause before the limit", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    auto contents = play.sale_of(10, 1);
    contents.paused = true;
    contents.starts_at = play.now() + 1s;
    contents.ends_at = play.now() + 2s;
    REQUIRE(play.load(contents));
    auto too_much = play.wish_of(somebody(), 11);

    CHECK(is<not_open>(play.admit(too_much)));
    play.advance(1s);
    CHECK(is<paused>(play.admit(too_much)));
    CHECK(play.look().paused);
    play.advance(1s);
    CHECK(is<ended>(play.admit(too_much)));
    CHECK(play.look().held == 0);
}

TEST_CASE("a buyer's limit counts what is held and sold, and comes before what is left", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    auto contents = play.sale_of(7, 5);
    auto buyer = somebody();
    contents.sold = 1;
    contents.buyers = {{buyer, 1}};
    REQUIRE(play.load(contents));
    play.confirm(play.hold(play.wish_of(buyer, 1)));
    play.hold(play.wish_of(buyer, 1));

    auto refused = play.admit(play.wish_of(buyer, 900));
    REQUIRE(is<limit_reached>(refused));
    CHECK(std::get<limit_reached>(refused).limit == 5);
    CHECK(std::get<limit_reached>(refused).remaining == 2);
    CHECK(is<admitted>(play.admit(play.wish_of(buyer, 2))));
    refused = play.admit(play.wish_of(buyer, 1));
    REQUIRE(is<limit_reached>(refused));
    CHECK(std::get<limit_reached>(refused).remaining == 0);
    CHECK(is<admitted>(play.admit(play.wish_of(somebody(), 2))));  // others have their own
}

TEST_CASE("a buyer who has more than a limit lowered since may buy 0 more, not less", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    auto contents = play.sale_of(10, 2);
    auto buyer = somebody();
    contents.sold = 5;
    contents.buyers = {{buyer, 5}};
    REQUIRE(play.load(contents));

    auto refused = play.admit(play.wish_of(buyer));
    REQUIRE(is<limit_reached>(refused));
    CHECK(std::get<limit_reached>(refused).remaining == 0);
}

TEST_CASE("units out of range fail loudly and take nothing", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10)));

    auto smallest = std::numeric_limits<std::int64_t>::min();
    auto largest = std::numeric_limits<std::int64_t>::max();
    for (auto units : {std::int64_t{0}, std::int64_t{-1}, smallest, std::int64_t{1'001}, largest})
        CHECK(fails(play.try_admit(play.wish_of(somebody(), units))));
    CHECK(play.look().remaining == 10);
    CHECK(play.look().held == 0);
}

TEST_CASE("sales at one gate do not touch each other", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(1, 1)));
    auto first = play.sale;
    auto buyer = somebody();
    auto wanted = play.wish_of(buyer);
    play.hold(wanted);

    play.sale = make_id<sale_id>();
    REQUIRE(play.load(play.sale_of(1, 1)));
    wanted.sale = play.sale;
    CHECK(play.hold(wanted).seq == 1);  // one admission_request, a line in each sale
    auto views = play.stage().settle(play.gate().look({first, make_id<sale_id>(), play.sale}));
    REQUIRE(views.value().size() == 3);
    CHECK(views.value()[0].held == 1);
    CHECK(views.value()[1].state == gate_state::absent);
    CHECK(views.value()[2].held == 1);
}

}  // namespace market::stock::testing
