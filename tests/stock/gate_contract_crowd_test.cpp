#include "stock/sale_at_gate.hpp"

#include <atomic>
#include <set>

namespace market::stock::testing {
namespace {

/// Runs `act(i)` on so many threads, which start together.
template <class Act>
void crowd(int threads, Act act) {
    std::atomic<int> missing{threads};
    std::vector<std::jthread> running;
    for (int i = 0; i < threads; ++i)
        running.emplace_back([&, i] {
            --missing;
            while (missing > 0) std::this_thread::yield();
            act(i);
        });
}

}  // namespace

// Threads do not use the macros of Catch, which are not thread-safe: they note, the test checks.

TEST_CASE("of a crowd exactly as many as there are units get in, numbered without holes",
          "[gate][crowd]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(100)));
    std::vector<std::vector<std::int64_t>> numbers(16);
    std::atomic<int> refused{0}, other{0};
    crowd(16, [&](int thread) {
        for (int i = 0; i < 50; ++i) {
            auto answer = sale.admit(sale.request_of(somebody()));
            if (auto* in = std::get_if<admitted>(&answer))
                numbers[static_cast<std::size_t>(thread)].push_back(in->seq);
            else
                ++(is<sold_out>(answer) ? refused : other);
        }
    });

    std::set<std::int64_t> all;
    for (const auto& mine : numbers) {
        CHECK(std::ranges::is_sorted(mine));  // first come, first served
        all.insert(mine.begin(), mine.end());
    }
    CHECK(all.size() == 100);
    CHECK(*all.begin() == 1);
    CHECK(*all.rbegin() == 100);
    CHECK(refused == 16 * 50 - 100);
    CHECK(other == 0);
    CHECK(sale.look().remaining == 0);
    CHECK(sale.look().held == 100);
}

TEST_CASE("one key sent by 64 threads is admitted once", "[gate][crowd]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(100)));
    auto wanted = sale.request_of(somebody());
    std::atomic<int> in{0}, held_by_another{0};
    crowd(64, [&](int) {
        auto mine = wanted;
        mine.attempt = make_random_id<attempt_id>();
        auto answer = sale.admit(mine);
        if (is<admitted>(answer)) ++in;
        if (auto* one = std::get_if<known>(&answer); one && !one->done) ++held_by_another;
    });
    CHECK(in == 1);
    CHECK(held_by_another == 63);
    CHECK(sale.look().remaining == 99);
}

TEST_CASE("one attempt sent by 64 threads gets one admission, the same for all", "[gate][crowd]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(100)));
    auto wanted = sale.request_of(somebody());
    std::atomic<int> in{0};
    crowd(64, [&](int) {
        auto answer = sale.admit(wanted);
        if (auto* mine = std::get_if<admitted>(&answer); mine && mine->seq == 1) ++in;
    });
    CHECK(in == 64);
    CHECK(sale.look().held == 1);
}

TEST_CASE("one buyer on many threads gets the limit and not a unit more", "[gate][crowd]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(1'000, 7)));
    auto buyer = somebody();
    std::atomic<int> in{0}, limited{0};
    crowd(32, [&](int) {
        auto answer = sale.admit(sale.request_of(buyer));
        if (is<admitted>(answer)) ++in;
        if (is<purchase_limit>(answer)) ++limited;
    });
    CHECK(in == 7);
    CHECK(limited == 25);
}

TEST_CASE("one credit given back by many threads is applied once", "[gate][crowd]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(10)));
    auto buyer = somebody();
    sale.confirm(sale.hold(sale.request_of(buyer, 9)));
    auto returned = sale.credit_of(buyer, 3);
    std::atomic<int> applied{0};
    crowd(16, [&](int) {
        auto answer = sale.fixture().settle(sale.gate().give_back(returned));
        if (answer.has_value() && *answer == credit_answer::applied) ++applied;
    });
    CHECK(applied == 16);
    CHECK(sale.look().remaining == 4);
}

TEST_CASE("units add up after a crowd admits, confirms, cancels and gives back", "[gate][crowd]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(60, 3)));
    std::atomic<std::int64_t> sold{0}, oversold{0};
    crowd(8, [&](int thread) {
        auto buyer = somebody();
        for (int i = 0; i < 100; ++i) {
            auto wanted = sale.request_of(buyer, i % 3 + 1);
            auto answer = sale.admit(wanted);
            auto* in = std::get_if<admitted>(&answer);
            if (!in) continue;
            hold_ref admission{sale.id, in->epoch, wanted.key, in->seq};
            if ((i + thread) % 3 == 0) {
                sale.fixture().settle(sale.gate().cancel(admission)).value();
                continue;
            }
            sale.fixture().settle(sale.gate().confirm_one(admission)).value();
            sold += wanted.units;
            if (sold > 60) ++oversold;
            if (i >= 95) continue;
            sold -= wanted.units;
            sale.fixture()
                .settle(sale.gate().give_back(sale.credit_of(buyer, wanted.units)))
                .value();
        }
    });

    auto all = sale.dump();
    CHECK(oversold == 0);
    CHECK(all.sold == sold);
    CHECK(all.holds.empty());
    CHECK(sale.look().remaining + all.sold == 60);
    std::int64_t bought = 0;
    for (const auto& [buyer, units] : all.buyers) {
        CHECK(units <= 3);
        bought += units;
    }
    CHECK(bought == all.sold);
}

TEST_CASE("loads under traffic lose no place and sell no unit twice", "[gate][crowd]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    REQUIRE(sale.load(sale.sale_of(200)));
    std::atomic<bool> selling{true};
    std::jthread loader{[&] {
        for (std::int64_t epoch = 2; selling; ++epoch) {
            sale.freeze();
            auto contents = sale.dump();
            contents.epoch = epoch;
            sale.load(std::move(contents));
        }
    }};
    std::atomic<int> in{0}, others{0};
    crowd(4, [&](int) {
        for (int i = 0; i < 60;) {
            auto answer = sale.admit(sale.request_of(somebody()));
            if (is<stale>(answer)) continue;
            ++i;
            ++(is<admitted>(answer) ? in : others);
        }
    });
    selling = false;
    loader.join();

    CHECK(in == 200);
    CHECK(others == 40);
    auto holds = sale.holds();
    REQUIRE(holds.size() == 200);
    CHECK(holds.front().seq == 1);
    CHECK(holds.back().seq == 200);
}

TEST_CASE("removing and loading at once leaves the gate absent or whole", "[gate][crowd]") {
    sale_at_gate sale{GENERATE(from_range(gate_kinds()))};
    std::atomic<int> broken{0};
    crowd(4, [&](int thread) {
        for (int i = 1; i <= 100; ++i) {
            if (thread == 0)
                sale.fixture().settle(sale.gate().remove(sale.id)).value();
            else if (thread == 1)
                sale.load(sale.sale_of(5, 1'000, i));
            else if (auto answer = sale.admit(sale.request_of(somebody()));
                     !is<stale>(answer) && !is<admitted>(answer) && !is<sold_out>(answer))
                ++broken;
            auto view = sale.look();
            if (view.state != gate_state::absent && view.remaining + view.held != 5) ++broken;
        }
    });
    CHECK(broken == 0);
}

}  // namespace market::stock::testing
