#include "stock/sale_at_gate.hpp"

namespace market::stock::testing {
namespace {

gate_contents busy_sale(const sale_at_gate& sale) {
    auto out = sale.sale_of(20, 6, 3);
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
        carried.taken_at = sale.now() - 4s;
        out.holds.push_back(carried);
    }
    return out;
}

}  // namespace

TEST_CASE("a gate that was never loaded is absent and answers stale", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    CHECK(is<stale>(sale.admit(sale.request_of(somebody()))));
    auto view = sale.look();
    CHECK(view.state == gate_state::absent);
    CHECK(view.epoch == 0);
    CHECK(view.now == sale.now());
    CHECK(sale.freeze().state == gate_state::absent);
    CHECK(sale.look().state == gate_state::absent);
    CHECK(sale.holds().empty());
    CHECK(sale.dump().epoch == 0);
    sale.confirm({sale.id, 1, make_random_id<purchase_key>(), 1});
    sale.cancel({sale.id, 1, make_random_id<purchase_key>(), 1});
    sale.remove();
    CHECK(sale.look().state == gate_state::absent);
}

TEST_CASE("a loaded gate holds exactly what was put in", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    auto in = busy_sale(sale);
    REQUIRE(sale.load(in));

    auto view = sale.look();
    CHECK(view.state == gate_state::open);
    CHECK(view.epoch == 3);
    CHECK(view.remaining == 13);
    CHECK(view.held == 2);
    CHECK(view.starts_at == in.starts_at);
    CHECK(view.ends_at == in.ends_at);
    CHECK(view.per_user_limit == 6);
    CHECK_FALSE(view.paused);

    auto out = sale.dump();
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
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    auto in = busy_sale(sale);
    REQUIRE(sale.load(in));
    auto carried = in.holds[0];

    admission_request again{sale.id, carried.buyer, carried.units, carried.key, carried.attempt};
    auto admission = sale.hold(again);
    CHECK(admission.seq == 7);
    CHECK(admission.epoch == 3);
    CHECK(sale.holds_until(sale.now() - 4s).size() == 2);
    CHECK(sale.holds_until(sale.now() - 4001ms).empty());
    CHECK(sale.hold(sale.request_of(somebody())).seq == 13);

    auto more = sale.admit(sale.request_of(carried.buyer));  // 4 sold, 2 held, of 6
    REQUIRE(is<purchase_limit>(more));
    CHECK(std::get<purchase_limit>(more).remaining == 0);
    sale.cancel(admission);
    CHECK(is<admitted>(sale.admit(sale.request_of(carried.buyer))));
}

TEST_CASE("numbering goes on after the record's highest when that is higher", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    auto in = busy_sale(sale);
    in.last_seq = 40;
    REQUIRE(sale.load(in));
    CHECK(sale.hold(sale.request_of(somebody())).seq == 41);
}

TEST_CASE("a frozen gate answers stale and keeps its holds readable", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10)));
    auto wanted = sale.request_of(somebody(), 2);
    sale.hold(wanted);

    auto was = sale.freeze();
    CHECK(was.state == gate_state::open);
    CHECK(was.now == sale.now());
    CHECK(was.epoch == 1);
    CHECK(was.held == 2);
    CHECK(is<stale>(sale.admit(wanted)));  // the known one, too
    CHECK(is<stale>(sale.admit(sale.request_of(somebody()))));
    CHECK(sale.look().state == gate_state::frozen);
    CHECK(sale.freeze().state == gate_state::frozen);
    CHECK(sale.holds().size() == 1);
    CHECK(sale.dump().epoch == 1);
    CHECK(sale.look().remaining == 8);
}

TEST_CASE("a frozen gate takes confirms and cancels of its own epoch", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10)));
    auto bought = sale.hold(sale.request_of(somebody(), 2));
    auto dropped = sale.hold(sale.request_of(somebody(), 3));
    sale.freeze();
    sale.confirm(bought);
    sale.cancel(dropped);
    CHECK(sale.holds().empty());
    CHECK(sale.dump().sold == 2);
    CHECK(sale.look().remaining == 8);
    CHECK(sale.look().state == gate_state::frozen);
}

TEST_CASE("a load opens only over an earlier epoch, frozen or open", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10, 1'000, 5)));
    sale.hold(sale.request_of(somebody()));
    auto frozen = GENERATE(false, true);
    if (frozen) sale.freeze();

    CHECK_FALSE(sale.load(sale.sale_of(99, 1'000, 5)));
    CHECK_FALSE(sale.load(sale.sale_of(99, 1'000, 4)));
    CHECK(sale.look().epoch == 5);
    CHECK(sale.look().remaining == 9);
    CHECK(sale.look().held == 1);
    CHECK((sale.look().state == gate_state::frozen) == frozen);

    CHECK(sale.load(sale.sale_of(99, 1'000, 6)));
    CHECK(sale.look().state == gate_state::open);
    CHECK(sale.look().epoch == 6);
    CHECK(sale.look().remaining == 99);
    CHECK(sale.holds().empty());
}

TEST_CASE("what an earlier epoch knew is forgotten by a load", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10, 1)));
    auto buyer = somebody();
    auto wanted = sale.request_of(buyer);
    auto old = sale.hold(wanted);
    auto done = sale.request_of(somebody());
    sale.confirm(sale.hold(done));
    auto returned = sale.credit_of(done.buyer, 1);
    REQUIRE(sale.give_back(returned) == credit_answer::applied);
    REQUIRE(sale.load(sale.sale_of(10, 1, 2)));

    auto fresh = sale.hold(wanted);
    CHECK(fresh.epoch == 2);
    CHECK(fresh.seq == 1);
    sale.cancel(old);  // same key and number, the old epoch
    CHECK(sale.look().held == 1);
    CHECK(is<admitted>(sale.admit(done)));
    CHECK(sale.give_back(returned) == credit_answer::obsolete);
}

TEST_CASE("a removed sale is absent, and may be loaded under any epoch", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10, 1'000, 5)));
    sale.hold(sale.request_of(somebody()));
    sale.remove();
    CHECK(sale.look().state == gate_state::absent);
    CHECK(is<stale>(sale.admit(sale.request_of(somebody()))));
    CHECK(sale.holds().empty());
    CHECK(sale.dump().epoch == 0);
    CHECK(sale.load(sale.sale_of(10, 1'000, 1)));
    CHECK(sale.hold(sale.request_of(somebody())).seq == 1);
}

TEST_CASE("contents that do not add up are refused and change nothing", "[gate]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(8)));
    auto refuses = [&](auto spoil) {
        auto contents = busy_sale(sale);
        contents.epoch = 4;
        spoil(contents);
        auto answer = sale.try_load(contents);
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
    CHECK(sale.look().epoch == 1);
    CHECK(sale.look().remaining == 8);
    CHECK_FALSE(refuses([](auto& it) { it.total = 7; }));  // sold out to the last unit is fine
}

}  // namespace market::stock::testing
