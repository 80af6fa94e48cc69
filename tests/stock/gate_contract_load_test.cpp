#include "stock/gate_play.hpp"

namespace market::stock::testing {
namespace {

gate_contents busy_sale(const gate_play& play) {
    auto out = play.sale_of(20, 6, 3);
    auto first = somebody(), second = somebody();
    out.sold = 5;
    out.last_seq = 9;
    out.buyers = {{first, 4}, {second, 1}};
    out.done = {make_random_id<purchase_key>(), make_random_id<purchase_key>()};
    std::ranges::sort(out.done);
    for (std::int64_t seq : {7, 12}) {
        stock::hold carried;
        carried.key = make_random_id<purchase_key>();
        carried.attempt = make_random_id<attempt_id>();
        carried.buyer = first;
        carried.seq = seq;
        carried.units = 1;
        carried.taken_at = play.now() - 4s;
        out.holds.push_back(carried);
    }
    return out;
}

}  // namespace

TEST_CASE("a gate that was never loaded is absent and answers stale", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    CHECK(is<stale>(play.admit(play.wish_of(somebody()))));
    auto view = play.look();
    CHECK(view.state == gate_state::absent);
    CHECK(view.epoch == 0);
    CHECK(view.now == play.now());
    CHECK(play.freeze().state == gate_state::absent);
    CHECK(play.look().state == gate_state::absent);
    CHECK(play.holds().empty());
    CHECK(play.dump().epoch == 0);
    play.confirm({play.sale, 1, make_random_id<purchase_key>(), 1});
    play.cancel({play.sale, 1, make_random_id<purchase_key>(), 1});
    play.remove();
    CHECK(play.look().state == gate_state::absent);
}

TEST_CASE("a loaded gate holds exactly what was put in", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    auto in = busy_sale(play);
    REQUIRE(play.load(in));

    auto view = play.look();
    CHECK(view.state == gate_state::open);
    CHECK(view.epoch == 3);
    CHECK(view.remaining == 13);
    CHECK(view.held == 2);
    CHECK(view.starts_at == in.starts_at);
    CHECK(view.ends_at == in.ends_at);
    CHECK(view.per_user_limit == 6);
    CHECK_FALSE(view.paused);

    auto out = play.dump();
    CHECK(out.epoch == 3);
    CHECK(out.total == 20);
    CHECK(out.sold == 5);
    CHECK(out.last_seq == 12);
    CHECK(out.done == in.done);
    REQUIRE(out.buyers.size() == 2);
    CHECK(out.buyers[0].units == 4);
    CHECK(out.buyers[1].units == 1);
    REQUIRE(out.holds.size() == 2);
    CHECK(out.holds[0].seq == 7);
}

TEST_CASE("carried holds keep their place, and numbering goes on after the highest", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    auto in = busy_sale(play);
    REQUIRE(play.load(in));
    auto carried = in.holds[0];

    admission_request again{play.sale, carried.buyer, carried.units, carried.key, carried.attempt};
    auto admission = play.hold(again);
    CHECK(admission.seq == 7);
    CHECK(admission.epoch == 3);
    CHECK(play.holds_until(play.now() - 4s).size() == 2);
    CHECK(play.holds_until(play.now() - 4001ms).empty());
    CHECK(play.hold(play.wish_of(somebody())).seq == 13);

    auto more = play.admit(play.wish_of(carried.buyer));  // 4 sold, 2 held, of 6
    REQUIRE(is<limit_reached>(more));
    CHECK(std::get<limit_reached>(more).remaining == 0);
    play.cancel(admission);
    CHECK(is<admitted>(play.admit(play.wish_of(carried.buyer))));
}

TEST_CASE("numbering goes on after the record's highest when that is higher", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    auto in = busy_sale(play);
    in.last_seq = 40;
    REQUIRE(play.load(in));
    CHECK(play.hold(play.wish_of(somebody())).seq == 41);
}

TEST_CASE("a frozen gate answers stale and keeps its holds readable", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10)));
    auto wanted = play.wish_of(somebody(), 2);
    play.hold(wanted);

    auto was = play.freeze();
    CHECK(was.state == gate_state::open);
    CHECK(was.now == play.now());
    CHECK(was.epoch == 1);
    CHECK(was.held == 2);
    CHECK(is<stale>(play.admit(wanted)));  // the known one, too
    CHECK(is<stale>(play.admit(play.wish_of(somebody()))));
    CHECK(play.look().state == gate_state::frozen);
    CHECK(play.freeze().state == gate_state::frozen);
    CHECK(play.holds().size() == 1);
    CHECK(play.dump().epoch == 1);
    CHECK(play.look().remaining == 8);
}

TEST_CASE("a frozen gate takes confirms and cancels of its own epoch", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10)));
    auto bought = play.hold(play.wish_of(somebody(), 2));
    auto dropped = play.hold(play.wish_of(somebody(), 3));
    play.freeze();
    play.confirm(bought);
    play.cancel(dropped);
    CHECK(play.holds().empty());
    CHECK(play.dump().sold == 2);
    CHECK(play.look().remaining == 8);
    CHECK(play.look().state == gate_state::frozen);
}

TEST_CASE("a load opens only over an earlier epoch, frozen or open", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10, 1'000, 5)));
    play.hold(play.wish_of(somebody()));
    auto frozen = GENERATE(false, true);
    if (frozen) play.freeze();

    CHECK_FALSE(play.load(play.sale_of(99, 1'000, 5)));
    CHECK_FALSE(play.load(play.sale_of(99, 1'000, 4)));
    CHECK(play.look().epoch == 5);
    CHECK(play.look().remaining == 9);
    CHECK(play.look().held == 1);
    CHECK((play.look().state == gate_state::frozen) == frozen);

    CHECK(play.load(play.sale_of(99, 1'000, 6)));
    CHECK(play.look().state == gate_state::open);
    CHECK(play.look().epoch == 6);
    CHECK(play.look().remaining == 99);
    CHECK(play.holds().empty());
}

TEST_CASE("what an earlier epoch knew is forgotten by a load", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10, 1)));
    auto buyer = somebody();
    auto wanted = play.wish_of(buyer);
    auto old = play.hold(wanted);
    auto done = play.wish_of(somebody());
    play.confirm(play.hold(done));
    auto returned = play.credit_of(done.buyer, 1);
    REQUIRE(play.give_back(returned) == credit_answer::applied);
    REQUIRE(play.load(play.sale_of(10, 1, 2)));

    auto fresh = play.hold(wanted);
    CHECK(fresh.epoch == 2);
    CHECK(fresh.seq == 1);
    play.cancel(old);  // same key and number, the old epoch
    CHECK(play.look().held == 1);
    CHECK(is<admitted>(play.admit(done)));
    CHECK(play.give_back(returned) == credit_answer::obsolete);
}

TEST_CASE("a removed sale is absent, and may be loaded under any epoch", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10, 1'000, 5)));
    play.hold(play.wish_of(somebody()));
    play.remove();
    CHECK(play.look().state == gate_state::absent);
    CHECK(is<stale>(play.admit(play.wish_of(somebody()))));
    CHECK(play.holds().empty());
    CHECK(play.dump().epoch == 0);
    CHECK(play.load(play.sale_of(10, 1'000, 1)));
    CHECK(play.hold(play.wish_of(somebody())).seq == 1);
}

TEST_CASE("contents that do not add up are refused and change nothing", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(8)));
    auto refuses = [&](auto spoil) {
        auto contents = busy_sale(play);
        contents.epoch = 4;
        spoil(contents);
        auto answer = play.try_load(contents);
        return fails(answer);
    };

    CHECK(refuses([](auto& it) { it.epoch = 0; }));
    CHECK(refuses([](auto& it) { it.per_user_limit = 0; }));
    CHECK(refuses([](auto& it) { it.last_seq = -1; }));
    CHECK(refuses([](auto& it) { it.sold = -1; }));
    CHECK(refuses([](auto& it) { it.total = 4; }));
    CHECK(refuses([](auto& it) { it.total = 6; }));  // 5 sold, 2 held
    CHECK(refuses([](auto& it) { it.buyers[0].units = -1; }));
    CHECK(refuses([](auto& it) { it.buyers[0].units = 6; }));
    CHECK(refuses([](auto& it) { it.buyers[1].buyer = it.buyers[0].buyer; }));
    CHECK(refuses([](auto& it) { it.holds[0].units = 0; }));
    CHECK(refuses([](auto& it) { it.holds[0].units = std::numeric_limits<std::int64_t>::max(); }));
    CHECK(refuses([](auto& it) { it.holds[0].seq = 0; }));
    CHECK(refuses([](auto& it) { it.holds[0].seq = it.holds[1].seq; }));
    CHECK(refuses([](auto& it) { it.holds[0].key = it.holds[1].key; }));
    CHECK(refuses([](auto& it) { it.done[0] = it.holds[0].key; }));
    CHECK(play.look().epoch == 1);
    CHECK(play.look().remaining == 8);
    CHECK_FALSE(refuses([](auto& it) { it.total = 7; }));  // sold out to the last unit is fine
}

}  // namespace market::stock::testing
