#include "stock/sale_in_redis.hpp"

#include <thread>

namespace market::stock::testing {

using market::redis::test::private_redis;
using market::redis::test::retimed_client;
using market::testing::settle_here;

namespace {

/// Runs `act` where it cannot meet this thread's own coroutines.
template <class Act>
void elsewhere(Act act) {
    std::thread{act}.join();
}

}  // namespace

TEST_CASE("a flushed Redis is stale and sells again when loaded", "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    REQUIRE(sale.load(sale.sale_of(10)));
    auto in = sale.hold(sale.request_of_somebody());
    sale.ask({"SCRIPT", "FLUSH"});
    CHECK(is<admitted>(sale.admit(sale.request_of_somebody())));
    sale.ask({"SCRIPT", "FLUSH"});
    sale.confirm(in);
    CHECK(sale.look().held == 1);

    sale.ask({"FLUSHALL"});
    CHECK(is<stale>(sale.admit(sale.request_of_somebody())));
    CHECK(sale.look().state == gate_state::absent);
    sale.confirm(in);
    sale.cancel(in);
    CHECK(sale.ask({"DBSIZE"}).integer == 0);
    CHECK(sale.sells_again(2));
}

TEST_CASE("a gate that lost one key is absent and admits nobody", "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    auto buyer = somebody();
    std::int64_t epoch = 0;
    for (const std::string part : {"", ".taken", ".holds", ".done", ".credits"}) {
        for (const auto fresh : {true, false}) {
            INFO(part << (fresh ? ", nothing sold" : ", something sold"));
            REQUIRE(sale.load(sale.sale_of(10, ++epoch)));
            auto wanted = sale.request_of(buyer, 2);
            hold_ref in{sale.id, epoch, wanted.key, 1}, other = in;
            if (!fresh) {
                in = sale.hold(wanted);
                other = sale.hold(sale.request_of(buyer));
                sale.confirm(sale.hold(sale.request_of(buyer, 2)));
                CHECK(sale.give_back(buyer, 1, epoch) == credit_answer::applied);
            }
            REQUIRE(sale.look().state == gate_state::open);
            REQUIRE(sale.ask({"DEL", sale.key(part)}).integer == 1);

            CHECK(sale.look().state == gate_state::absent);
            CHECK(
                sale.fixture.settle(sale.gate.holds(sale.id, sale.fixture.now())).value().empty());
            CHECK(sale.fixture.settle(sale.gate.dump(sale.id)).value().epoch == 0);
            if (part == ".credits" || part == ".taken" || part.empty())
                CHECK(sale.give_back(buyer, 1, epoch) == credit_answer::deferred);
            sale.confirm(in);
            sale.cancel(other);
            CHECK(sale.ask({"EXISTS", sale.key(part)}).integer == 0);  // not made by a write
            if (part != ".credits") CHECK(is<stale>(sale.admit(wanted)));
            CHECK(sale.fixture.settle(sale.gate.freeze(sale.id)).value().state ==
                  gate_state::absent);
            CHECK(is<stale>(sale.admit(sale.request_of_somebody())));
        }
    }
    CHECK(sale.sells_again(++epoch));
}

TEST_CASE("a gate with one key of another epoch is absent and admits nobody", "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    std::int64_t epoch = 0;
    for (const std::string part : {".taken", ".holds", ".done", ".credits"}) {
        INFO(part);
        REQUIRE(sale.load(sale.sale_of(10, ++epoch)));
        sale.ask({"COPY", sale.key(part), sale.key(".old")});
        REQUIRE(sale.load(sale.sale_of(10, ++epoch)));
        sale.ask({"RENAME", sale.key(".old"), sale.key(part)});
        CHECK(sale.look().state == gate_state::absent);
        if (part != ".credits") CHECK(is<stale>(sale.admit(sale.request_of_somebody())));
    }
}

TEST_CASE("a Redis restarted with an old dump is stale, not rich again", "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    REQUIRE(sale.load(sale.sale_of(10)));
    auto buyer = somebody();
    auto early = sale.hold(sale.request_of(buyer, 2));
    sale.ask({"SAVE"});
    sale.hold(sale.request_of(buyer, 8));
    sale.server.kill();
    sale.server.start();
    REQUIRE(sale.ask({"EXISTS", sale.key()}).integer == 1);  // 8 remain in there

    CHECK(is<stale>(sale.admit(sale.request_of_somebody())));
    CHECK(sale.look().state == gate_state::absent);
    CHECK(sale.give_back(buyer, 1) == credit_answer::deferred);
    sale.confirm(early);
    sale.cancel(early);
    CHECK(sale.ask({"HGET", sale.key(), "remaining"}).text == "8");
    CHECK(sale.ask({"HGET", sale.key(), "held"}).text == "2");
    CHECK(sale.load(sale.sale_of(3, 1)));  // what stands there is of another run: any epoch opens
    CHECK(sale.look().remaining == 3);
    CHECK(is<admitted>(sale.admit(sale.request_of_somebody())));
}

TEST_CASE("a Redis that died and came back empty sells again when loaded", "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    REQUIRE(sale.load(sale.sale_of(10)));
    sale.hold(sale.request_of_somebody());
    sale.server.kill();
    auto lost = sale.try_admit(sale.request_of_somebody());
    CHECK(lost.error().code == errc::gate_unavailable);
    CHECK(sale.fixture.settle(sale.gate.look({sale.id})).error().code == errc::gate_unavailable);
    sale.server.start();
    REQUIRE(eventually([&] { return sale.try_admit(sale.request_of_somebody()).has_value(); }));
    CHECK(is<stale>(sale.admit(sale.request_of_somebody())));
    CHECK(sale.sells_again(2));
}

TEST_CASE("an admission whose answer came too late is the same when asked again", "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    REQUIRE(sale.load(sale.sale_of(10)));
    auto wanted = sale.request_of(somebody(), 2), other = sale.request_of(somebody(), 3);
    sale.server.pause();
    CHECK(sale.try_admit(wanted).error().code == errc::gate_unavailable);
    sale.server.resume();  // and admits it now, to nobody
    REQUIRE(eventually([&] { return sale.try_admit(other).has_value(); }));
    auto again = sale.hold(wanted);
    auto second = sale.hold(other);
    CHECK(again.seq + second.seq == 3);
    CHECK(sale.look().held == 5);
    CHECK(sale.look().remaining == 5);
}

TEST_CASE("calls under way when Redis is killed are all answered gate_unavailable",
          "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    REQUIRE(sale.load(sale.sale_of(100)));
    sale.server.pause();
    std::atomic<int> unavailable{0}, others{0};
    std::vector<std::jthread> callers;
    for (int i = 0; i < 8; ++i)
        callers.emplace_back([&] {
            auto said = sale.try_admit(sale.request_of_somebody());
            ++(said.has_error() && said.error().code == errc::gate_unavailable ? unavailable
                                                                               : others);
        });
    sale.server.kill();
    callers.clear();
    CHECK(unavailable == 8);
    CHECK(others == 0);
}

TEST_CASE("the window is told by the clock of Redis", "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    auto contents = sale.sale_of(10);
    contents.starts_at = sale.fixture.now() + 300ms;
    contents.ends_at = sale.fixture.now() + 900ms;
    REQUIRE(sale.load(contents));
    CHECK(is<not_open>(sale.admit(sale.request_of_somebody())));
    CHECK(eventually([&] { return is<admitted>(sale.admit(sale.request_of_somebody())); }));
    CHECK(sale.fixture.now() >= contents.starts_at);
    CHECK(eventually([&] { return is<ended>(sale.admit(sale.request_of_somebody())); }));
    CHECK(sale.fixture.now() >= contents.ends_at);
    CHECK(std::chrono::abs(sale.look().now - sale.fixture.now()) < 1s);
}

TEST_CASE("no number is rounded on its way through Redis", "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    auto contents = sale.sale_of(10'000'000);
    contents.starts_at = from_micros(1'700'000'000'123'457);
    contents.ends_at = from_micros(253'402'300'799'999'999);  // year 9999
    contents.last_seq = 9'007'199'254'740;
    contents.sold = 9'000'000;
    stock::hold carried;
    carried.key = make_random_id<purchase_key>();
    carried.buyer = somebody();
    carried.seq = 9'007'199'254'741;
    carried.units = 1;
    carried.taken_at = from_micros(1'799'999'999'999'999);
    contents.holds = {carried};
    REQUIRE(sale.load(contents));

    CHECK(sale.hold(sale.request_of_somebody()).seq == 9'007'199'254'742);
    auto all = sale.fixture.settle(sale.gate.dump(sale.id)).value();
    CHECK(all.starts_at == contents.starts_at);
    CHECK(all.ends_at == contents.ends_at);
    CHECK(all.last_seq == 9'007'199'254'742);
    CHECK(all.total == 10'000'000);
    CHECK(all.sold == 9'000'000);
    REQUIRE(all.holds.size() == 2);
    CHECK(all.holds[0].taken_at == carried.taken_at);
    CHECK(std::chrono::abs(all.holds[1].taken_at - sale.fixture.now()) < 1min);
    CHECK(sale.look().remaining == 999'998);
}

TEST_CASE("a large load goes in by parts and comes out whole", "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    auto contents = sale.sale_of(100'000);
    contents.sold = 20'000;
    for (int i = 0; i < 20'000; ++i) {
        contents.buyers.push_back({somebody(), 1});
        contents.done.push_back(make_random_id<purchase_key>());
    }
    contents.done.push_back(contents.done.front());  // once is enough
    REQUIRE(sale.load(contents));
    auto all = sale.fixture.settle(sale.gate.dump(sale.id)).value();
    CHECK(all.buyers.size() == 20'000);
    CHECK(all.done.size() == 20'000);
    CHECK(sale.look().remaining == 80'000);
    CHECK(is<known>(sale.admit({sale.id, somebody(), 1, contents.done.back(), {}})));
    CHECK(sale.ask({"DBSIZE"}).integer == 5);  // no staged key is left
    for (const std::string part : {"", ".taken", ".holds", ".done", ".credits"})
        CHECK(sale.ask({"PTTL", sale.key(part)}).integer == -1);
}

TEST_CASE("loads at one time do not meet: one opens", "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    std::atomic<int> opened{0}, refused{0};
    std::vector<std::jthread> loaders;
    for (int i = 0; i < 6; ++i)
        loaders.emplace_back([&, i] {
            auto contents = sale.sale_of(10'000);
            contents.sold = 3'000 + i;
            for (int buyer = 0; buyer < 3'000 + i; ++buyer)
                contents.buyers.push_back({somebody(), 1});
            ++(sale.load(std::move(contents)) ? opened : refused);
        });
    loaders.clear();
    CHECK(opened == 1);
    CHECK(refused == 5);
    auto all = sale.fixture.settle(sale.gate.dump(sale.id)).value();
    CHECK(static_cast<std::int64_t>(all.buyers.size()) == all.sold);
    CHECK(sale.ask({"DBSIZE"}).integer == 5);
}

TEST_CASE("a load that Redis lost a part of opens nothing", "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    REQUIRE(sale.load(sale.sale_of(10)));
    auto contents = sale.sale_of(10'000, 2);
    contents.sold = 5'000;
    for (int i = 0; i < 5'000; ++i) contents.buyers.push_back({somebody(), 1});
    const auto lost_at = GENERATE(2, 3, 5, 6, 7, 8);
    const auto restarts = GENERATE(false, true);
    int scripts = 0;
    sale.watched.before = [&](const redis::script&) {
        if (++scripts != lost_at) return;
        elsewhere([&] {
            auto other = sale.server.open();
            settle_here(other->command({restarts ? "SAVE" : "FLUSHALL"})).value();
        });
        if (!restarts) return;
        sale.server.kill();
        sale.server.start();
    };
    auto said = sale.try_load(contents);
    sale.watched.before = nullptr;
    REQUIRE(said.has_error());
    CHECK(said.error().code == errc::gate_unavailable);
    CHECK(sale.look().state == gate_state::absent);
    CHECK(sale.load(contents));
    CHECK(sale.look().remaining == 5'000);
}

TEST_CASE("units that came back are admitted 125 to 150 ms later", "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    const std::string clock = "test:clock";
    retimed_client retimed{*sale.client, "redis.call('HMGET', '" + clock + "', 's', 'us')"};
    auto gate = make_redis_gate(retimed, [] { return deadline{}; });
    std::int64_t micros = 1'800'000'000'000'000 + GENERATE(0, 1, 12'345, 24'999);
    auto pass = [&](std::int64_t by) {
        micros += by;
        sale.ask({"HSET", clock, "s", std::to_string(micros / 1'000'000), "us",
                  std::to_string(micros % 1'000'000)});
    };
    pass(0);
    auto contents = sale.sale_of(4);
    contents.starts_at = from_micros(0);
    contents.ends_at = from_micros(micros) + 1h;
    REQUIRE(settle_here(gate->load_and_open(sale.id, contents)).value());
    auto admit = [&](std::int64_t units) {
        return settle_here(gate->admit(sale.request_of(somebody(), units))).value();
    };
    auto take = [&](std::int64_t units) {
        auto wanted = sale.request_of(somebody(), units);
        auto in = std::get<admitted>(settle_here(gate->admit(wanted)).value());
        return hold_ref{sale.id, in.epoch, wanted.key, in.seq};
    };
    auto first = take(1), second = take(3);

    settle_here(gate->cancel(first)).value();
    CHECK(settle_here(gate->look({sale.id})).value().at(0).remaining == 1);
    pass(60'000);
    settle_here(gate->cancel(second)).value();
    CHECK(settle_here(gate->look({sale.id})).value().at(0).remaining == 4);
    pass(64'999);  // 124,999 after the first
    auto early = admit(1);
    REQUIRE(is<sold_out>(early));
    CHECK(std::get<sold_out>(early).remaining == 0);
    pass(25'001);  // 150,000 after the first, 90,000 after the second
    auto more = admit(2);
    REQUIRE(is<sold_out>(more));
    CHECK(std::get<sold_out>(more).remaining == 1);
    CHECK(is<admitted>(admit(1)));
    CHECK(is<sold_out>(admit(1)));
    pass(60'000);
    CHECK(is<admitted>(admit(3)));
    CHECK(settle_here(gate->look({sale.id})).value().at(0).remaining == 0);
    CHECK(settle_here(gate->look({sale.id})).value().at(0).held == 4);
}

TEST_CASE("a crowd at a sale that is sold out does not reach Redis, a replay does",
          "[gate][redis]") {
    if (!private_redis::can_be_had()) return;
    sale_in_redis sale;
    REQUIRE(sale.load(sale.sale_of(2)));
    auto held = sale.request_of_somebody(), bought = sale.request_of_somebody();
    auto in = sale.hold(held);
    sale.confirm(sale.hold(bought));
    REQUIRE(is<sold_out>(sale.admit(sale.request_of_somebody())));

    const int before = sale.watched.scripts;
    const auto begun = std::chrono::steady_clock::now();
    int refused = 0;
    for (; std::chrono::steady_clock::now() - begun < 300ms; ++refused)
        if (!is<sold_out>(sale.admit(sale.request_of_somebody()))) break;
    const int asked = sale.watched.scripts - before;
    CHECK(asked >= 3);  // an answer lasts 100 ms
    CHECK(asked < 30);
    CHECK(refused > 10 * asked);
    CHECK(sale.hold(held).seq == in.seq);
    CHECK(is<known>(sale.admit(bought)));

    sale.cancel(in);
    auto late = sale.request_of_somebody();
    REQUIRE(eventually([&] { return is<admitted>(sale.admit(late)); }, 1s));
    CHECK(is<sold_out>(sale.admit(sale.request_of_somebody())));  // and is the answer again
    CHECK(sale.hold(late).seq == 3);
}

}  // namespace market::stock::testing
