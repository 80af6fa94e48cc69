#include "stock/gate_play.hpp"

namespace market::stock::testing {

TEST_CASE("a confirmed hold becomes sold units", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10)));
    auto buyer = somebody();
    auto wanted = play.wish_of(buyer, 3);
    auto in = play.hold(wanted);
    play.confirm(in);
    play.confirm(in);

    auto all = play.dump();
    CHECK(all.sold == 3);
    CHECK(all.total == 10);
    CHECK(all.last_seq == 1);
    CHECK(all.holds.empty());
    CHECK(all.done == std::vector{wanted.key});
    REQUIRE(all.buyers.size() == 1);
    CHECK(all.buyers[0].buyer == buyer);
    CHECK(all.buyers[0].units == 3);
    CHECK(play.look().remaining == 7);
    CHECK(play.look().held == 0);
}

TEST_CASE("a batch of confirms is settled soon, whatever of it does not match", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10)));
    std::vector<hold_ref> batch;
    for (int i = 0; i < 5; ++i) batch.push_back(play.hold(play.wish_of(somebody())));
    auto stranger = batch[0];
    stranger.key = make_random_id<purchase_key>();
    auto elsewhere = batch[1];
    elsewhere.sale = make_id<sale_id>();
    batch.insert(batch.begin(), {stranger, elsewhere});

    play.gate().confirm(batch);
    REQUIRE(eventually([&] { return play.look().held == 0; }));
    CHECK(play.dump().sold == 5);
}

TEST_CASE("a cancelled hold gives back its units, its buyer's count and its wish", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(2, 2)));
    auto wanted = play.wish_of(somebody(), 2);
    auto in = play.hold(wanted);
    play.cancel(in);
    CHECK(play.look().remaining == 2);
    CHECK(play.holds().empty());

    wanted.attempt = make_random_id<attempt_id>();
    auto second = play.hold(wanted);
    CHECK(second.seq == 2);  // numbers given back are not given again
    play.cancel(in);         // the first one's, late
    CHECK(play.look().held == 2);
}

TEST_CASE("a cancel is applied once", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(5)));
    auto in = play.hold(play.wish_of(somebody(), 2));
    play.cancel(in);
    play.cancel(in);
    CHECK(play.look().remaining == 5);
    CHECK(play.look().held == 0);
}

TEST_CASE("confirms and cancels that do not match in each part do nothing", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10, 1'000, 7)));
    auto in = play.hold(play.wish_of(somebody(), 2));
    auto other = play.hold(play.wish_of(somebody(), 2));

    auto epoch = in, key = in, seq = in, sale = in;
    epoch.epoch = 6;
    key.key = make_random_id<purchase_key>();
    seq.seq = other.seq;
    sale.sale = make_id<sale_id>();
    for (const auto& wrong : {epoch, key, seq, sale}) {
        play.confirm(wrong);
        play.cancel(wrong);
    }
    epoch.epoch = 8;
    play.confirm(epoch);
    play.cancel(epoch);
    CHECK(play.holds().size() == 2);
    CHECK(play.look().remaining == 6);
    CHECK(play.look().held == 4);
}

TEST_CASE("what is confirmed cannot be cancelled, what is cancelled not confirmed", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10)));
    auto bought = play.hold(play.wish_of(somebody()));
    play.confirm(bought);
    play.cancel(bought);
    auto dropped = play.hold(play.wish_of(somebody()));
    play.cancel(dropped);
    play.confirm(dropped);
    CHECK(play.dump().sold == 1);
    CHECK(play.look().remaining == 9);
}

TEST_CASE("a credit brings units and limit back, once per id", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(2, 2)));
    auto buyer = somebody();
    play.confirm(play.hold(play.wish_of(buyer, 2)));
    auto returned = play.credit_of(buyer, 1);

    CHECK(play.give_back(returned) == credit_answer::applied);
    CHECK(play.give_back(returned) == credit_answer::applied);
    CHECK(play.look().remaining == 1);
    CHECK(play.dump().sold == 1);
    auto refused = play.admit(play.wish_of(buyer, 2));
    REQUIRE(is<limit_reached>(refused));
    CHECK(std::get<limit_reached>(refused).remaining == 1);
    CHECK(is<admitted>(play.admit(play.wish_of(buyer, 1))));
}

TEST_CASE("a credit that overtakes the confirm of its order leaves the same sums", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(2, 2)));
    auto buyer = somebody();
    auto in = play.hold(play.wish_of(buyer, 2));
    CHECK(play.give_back(play.credit_of(buyer, 2)) == credit_answer::applied);
    play.confirm(in);

    CHECK(play.look().remaining == 2);
    CHECK(play.look().held == 0);
    CHECK(play.dump().sold == 0);
    CHECK(play.dump().buyers.empty());
    CHECK(is<admitted>(play.admit(play.wish_of(buyer, 2))));
}

TEST_CASE("a credit of an earlier epoch is obsolete, of a later one deferred", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    auto buyer = somebody();
    CHECK(play.give_back(play.credit_of(buyer, 1, 5)) == credit_answer::deferred);  // absent
    auto contents = play.sale_of(10, 1'000, 5);
    contents.sold = 4;
    contents.buyers = {{buyer, 4}};
    REQUIRE(play.load(contents));

    CHECK(play.give_back(play.credit_of(buyer, 1, 4)) == credit_answer::obsolete);
    CHECK(play.give_back(play.credit_of(buyer, 1, 6)) == credit_answer::deferred);
    CHECK(play.look().remaining == 6);
    play.freeze();
    for (std::int64_t epoch : {4, 5, 6})
        CHECK(play.give_back(play.credit_of(buyer, 1, epoch)) == credit_answer::deferred);
    CHECK(play.look().remaining == 6);
}

TEST_CASE("a deferred credit is applied when its epoch has opened", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    auto buyer = somebody();
    auto returned = play.credit_of(buyer, 2, 2);
    CHECK(play.give_back(returned) == credit_answer::deferred);
    auto contents = play.sale_of(10, 1'000, 2);
    contents.sold = 2;
    contents.buyers = {{buyer, 2}};
    REQUIRE(play.load(contents));
    CHECK(play.give_back(returned) == credit_answer::applied);
    CHECK(play.look().remaining == 10);
}

TEST_CASE("a credit of more than the gate gave fails and changes nothing", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(10)));
    auto buyer = somebody();
    play.confirm(play.hold(play.wish_of(buyer, 2)));
    play.confirm(play.hold(play.wish_of(somebody(), 5)));

    for (std::int64_t units : {3, 0, -1})
        CHECK(fails(play.try_give_back(play.credit_of(buyer, units))));
    CHECK(fails(play.try_give_back(play.credit_of(somebody(), 1))));
    CHECK(play.look().remaining == 3);
    CHECK(play.give_back(play.credit_of(buyer, 2)) == credit_answer::applied);
}

TEST_CASE("credits never bring back more than was sold, whatever the buyers' counts say",
          "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    auto first = somebody(), second = somebody();
    auto contents = play.sale_of(10);
    contents.sold = 2;
    contents.buyers = {{first, 2}, {second, 2}};
    REQUIRE(play.load(contents));
    CHECK(play.give_back(play.credit_of(first, 2)) == credit_answer::applied);
    CHECK(fails(play.try_give_back(play.credit_of(second, 2))));
    CHECK(play.look().remaining == 10);
}

TEST_CASE("a buyer's limit holds across cancels and credits", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(100, 2)));
    auto buyer = somebody();
    for (int round = 0; round < 5; ++round) {
        play.cancel(play.hold(play.wish_of(buyer, 2)));
        auto in = play.hold(play.wish_of(buyer, 2));
        CHECK(is<limit_reached>(play.admit(play.wish_of(buyer))));
        play.confirm(in);
        CHECK(is<limit_reached>(play.admit(play.wish_of(buyer))));
        CHECK(play.give_back(play.credit_of(buyer, 2)) == credit_answer::applied);
    }
    CHECK(play.look().remaining == 100);
}

TEST_CASE("holds are listed by number, with all they have, up to a time", "[gate]") {
    gate_play play{GENERATE(from_range(gate_kinds()))};
    REQUIRE(play.load(play.sale_of(100)));
    std::vector<admission_request> wishes;
    for (int i = 0; i < 20; ++i) {
        if (i == 12) play.advance(1s);
        wishes.push_back(play.wish_of(somebody(), i % 3 + 1));
        play.hold(wishes.back());
    }
    auto all = play.holds();
    REQUIRE(all.size() == 20);
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(all[i].seq == static_cast<std::int64_t>(i) + 1);
        CHECK(all[i].key == wishes[i].key);
        CHECK(all[i].attempt == wishes[i].attempt);
        CHECK(all[i].buyer == wishes[i].buyer);
        CHECK(all[i].units == wishes[i].units);
        CHECK(all[i].taken_at == (i < 12 ? play.now() - 1s : play.now()));
    }
    CHECK(play.holds_until(play.now() - 1s).size() == 12);  // at the time itself, too
    CHECK(play.holds_until(play.now() - 1001ms).empty());
}

}  // namespace market::stock::testing
