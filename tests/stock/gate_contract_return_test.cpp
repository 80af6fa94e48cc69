#include "stock/sale_at_gate.hpp"

namespace market::stock::testing {

TEST_CASE("a confirmed hold becomes sold units", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10)));
    auto buyer = somebody();
    auto wanted = sale.request_of(buyer, 3);
    auto in = sale.hold(wanted);
    sale.confirm(in);
    sale.confirm(in);

    auto all = sale.dump();
    CHECK(all.sold == 3);
    CHECK(all.total == 10);
    CHECK(all.last_seq == 1);
    CHECK(all.holds.empty());
    CHECK(all.done == std::vector{wanted.key});
    REQUIRE(all.buyers.size() == 1);
    CHECK(all.buyers[0].buyer == buyer);
    CHECK(all.buyers[0].units == 3);
    CHECK(sale.look().remaining == 7);
    CHECK(sale.look().held == 0);
}

TEST_CASE("a batch of confirms is settled soon, whatever of it does not match", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10)));
    std::vector<hold_ref> batch;
    for (int i = 0; i < 5; ++i) batch.push_back(sale.hold(sale.request_of(somebody())));
    auto stranger = batch[0];
    stranger.key = make_random_id<purchase_key>();
    auto elsewhere = batch[1];
    elsewhere.sale = make_id<sale_id>();
    batch.insert(batch.begin(), {stranger, elsewhere});

    sale.gate().confirm(batch);
    REQUIRE(eventually([&] { return sale.look().held == 0; }));
    CHECK(sale.dump().sold == 5);
}

TEST_CASE("a cancelled hold gives back its units, its buyer's count and its key", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(2, 2)));
    auto wanted = sale.request_of(somebody(), 2);
    auto in = sale.hold(wanted);
    sale.cancel(in);
    CHECK(sale.look().remaining == 2);
    CHECK(sale.holds().empty());

    wanted.attempt = make_random_id<attempt_id>();
    auto second = sale.hold(wanted);
    CHECK(second.seq == 2);  // numbers given back are not given again
    sale.cancel(in);         // the first one's, late
    CHECK(sale.look().held == 2);
}

TEST_CASE("a cancel is applied once", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(5)));
    auto in = sale.hold(sale.request_of(somebody(), 2));
    sale.cancel(in);
    sale.cancel(in);
    CHECK(sale.look().remaining == 5);
    CHECK(sale.look().held == 0);
}

TEST_CASE("confirms and cancels that do not match in each part do nothing", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10, 1'000, 7)));
    auto in = sale.hold(sale.request_of(somebody(), 2));
    auto other = sale.hold(sale.request_of(somebody(), 2));

    auto epoch = in, key = in, seq = in, other_sale = in;
    epoch.epoch = 6;
    key.key = make_random_id<purchase_key>();
    seq.seq = other.seq;
    other_sale.sale = make_id<sale_id>();
    for (const auto& wrong : {epoch, key, seq, other_sale}) {
        sale.confirm(wrong);
        sale.cancel(wrong);
    }
    epoch.epoch = 8;
    sale.confirm(epoch);
    sale.cancel(epoch);
    CHECK(sale.holds().size() == 2);
    CHECK(sale.look().remaining == 6);
    CHECK(sale.look().held == 4);
}

TEST_CASE("what is confirmed cannot be cancelled, what is cancelled not confirmed", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10)));
    auto bought = sale.hold(sale.request_of(somebody()));
    sale.confirm(bought);
    sale.cancel(bought);
    auto dropped = sale.hold(sale.request_of(somebody()));
    sale.cancel(dropped);
    sale.confirm(dropped);
    CHECK(sale.dump().sold == 1);
    CHECK(sale.look().remaining == 9);
}

TEST_CASE("a credit brings units and limit back, once per id", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(2, 2)));
    auto buyer = somebody();
    sale.confirm(sale.hold(sale.request_of(buyer, 2)));
    auto returned = sale.credit_of(buyer, 1);

    CHECK(sale.give_back(returned) == credit_answer::applied);
    CHECK(sale.give_back(returned) == credit_answer::applied);
    CHECK(sale.look().remaining == 1);
    CHECK(sale.dump().sold == 1);
    auto refused = sale.admit(sale.request_of(buyer, 2));
    REQUIRE(is<purchase_limit>(refused));
    CHECK(std::get<purchase_limit>(refused).remaining == 1);
    CHECK(is<admitted>(sale.admit(sale.request_of(buyer, 1))));
}

TEST_CASE("a credit that overtakes the confirm of its order leaves the same sums", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(2, 2)));
    auto buyer = somebody();
    auto in = sale.hold(sale.request_of(buyer, 2));
    CHECK(sale.give_back(sale.credit_of(buyer, 2)) == credit_answer::applied);
    sale.confirm(in);

    CHECK(sale.look().remaining == 2);
    CHECK(sale.look().held == 0);
    CHECK(sale.dump().sold == 0);
    CHECK(sale.dump().buyers.empty());
    CHECK(is<admitted>(sale.admit(sale.request_of(buyer, 2))));
}

TEST_CASE("a credit of an earlier epoch is obsolete, of a later one deferred", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    auto buyer = somebody();
    CHECK(sale.give_back(sale.credit_of(buyer, 1, 5)) == credit_answer::deferred);  // absent
    auto contents = sale.sale_of(10, 1'000, 5);
    contents.sold = 4;
    contents.buyers = {{buyer, 4}};
    REQUIRE(sale.load(contents));

    CHECK(sale.give_back(sale.credit_of(buyer, 1, 4)) == credit_answer::obsolete);
    CHECK(sale.give_back(sale.credit_of(buyer, 1, 6)) == credit_answer::deferred);
    CHECK(sale.look().remaining == 6);
    sale.freeze();
    for (std::int64_t epoch : {4, 5, 6})
        CHECK(sale.give_back(sale.credit_of(buyer, 1, epoch)) == credit_answer::deferred);
    CHECK(sale.look().remaining == 6);
}

TEST_CASE("a deferred credit is applied when its epoch has opened", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    auto buyer = somebody();
    auto returned = sale.credit_of(buyer, 2, 2);
    CHECK(sale.give_back(returned) == credit_answer::deferred);
    auto contents = sale.sale_of(10, 1'000, 2);
    contents.sold = 2;
    contents.buyers = {{buyer, 2}};
    REQUIRE(sale.load(contents));
    CHECK(sale.give_back(returned) == credit_answer::applied);
    CHECK(sale.look().remaining == 10);
}

TEST_CASE("a credit of more than the gate gave fails and changes nothing", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10)));
    auto buyer = somebody();
    sale.confirm(sale.hold(sale.request_of(buyer, 2)));
    sale.confirm(sale.hold(sale.request_of(somebody(), 5)));

    for (std::int64_t units : {3, 0, -1})
        CHECK(fails(sale.try_give_back(sale.credit_of(buyer, units))));
    CHECK(fails(sale.try_give_back(sale.credit_of(somebody(), 1))));
    CHECK(sale.look().remaining == 3);
    CHECK(sale.give_back(sale.credit_of(buyer, 2)) == credit_answer::applied);
}

TEST_CASE("credits never bring back more than was sold, whatever the buyers' counts say",
          "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    auto first = somebody(), second = somebody();
    auto contents = sale.sale_of(10);
    contents.sold = 2;
    contents.buyers = {{first, 2}, {second, 2}};
    REQUIRE(sale.load(contents));
    CHECK(sale.give_back(sale.credit_of(first, 2)) == credit_answer::applied);
    CHECK(fails(sale.try_give_back(sale.credit_of(second, 2))));
    CHECK(sale.look().remaining == 10);
}

TEST_CASE("a buyer's limit holds across cancels and credits", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(100, 2)));
    auto buyer = somebody();
    for (int round = 0; round < 5; ++round) {
        sale.cancel(sale.hold(sale.request_of(buyer, 2)));
        auto in = sale.hold(sale.request_of(buyer, 2));
        CHECK(is<purchase_limit>(sale.admit(sale.request_of(buyer))));
        sale.confirm(in);
        CHECK(is<purchase_limit>(sale.admit(sale.request_of(buyer))));
        CHECK(sale.give_back(sale.credit_of(buyer, 2)) == credit_answer::applied);
    }
    CHECK(sale.look().remaining == 100);
}

TEST_CASE("holds are listed by number, with all they have, up to a time", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(100)));
    std::vector<admission_request> requests;
    for (int i = 0; i < 20; ++i) {
        if (i == 12) sale.advance(1s);
        requests.push_back(sale.request_of(somebody(), i % 3 + 1));
        sale.hold(requests.back());
    }
    auto all = sale.holds();
    REQUIRE(all.size() == 20);
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(all[i].seq == static_cast<std::int64_t>(i) + 1);
        CHECK(all[i].key == requests[i].key);
        CHECK(all[i].attempt == requests[i].attempt);
        CHECK(all[i].buyer == requests[i].buyer);
        CHECK(all[i].units == requests[i].units);
        CHECK(all[i].taken_at == (i < 12 ? sale.now() - 1s : sale.now()));
    }
    CHECK(sale.holds_until(sale.now() - 1s).size() == 12);  // at the time itself, too
    CHECK(sale.holds_until(sale.now() - 1001ms).empty());
}

}  // namespace market::stock::testing
