#include "support/backend.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <atomic>
#include <barrier>
#include <thread>

namespace market::db::test {

TEST_CASE("a writer that never pauses does not keep another one out", "[db][turn]") {
    const auto fresh = fresh_database::on("sqlite");
    const auto shop = fresh->open();
    make_things(*shop);
    std::atomic<bool> stop{false};
    std::atomic<int> greedy_turns{0};
    std::thread greedy{[&] {
        while (!stop) {
            const auto tx = shop->begin(access::write);
            ++greedy_turns;
            tx->execute(sql{} << "INSERT INTO things (id) VALUES (" << greedy_turns.load() << ")");
            tx->commit();
        }
    }};
    std::vector<int> passed_by;
    for (int i = 0; i < 31; ++i) {
        // In the middle of its next turn.
        const int now = greedy_turns;
        REQUIRE(testing::eventually([&] { return greedy_turns != now; }));
        const int before = greedy_turns;
        const auto tx = shop->begin(access::write);
        passed_by.push_back(greedy_turns - before);
    }
    stop = true;
    greedy.join();
    std::sort(passed_by.begin(), passed_by.end());
    // One may slip in between the look at the counter and the arrival in the queue.
    CHECK(passed_by[passed_by.size() / 2] <= 1);
}

TEST_CASE("writers of one process all get their turn, one at a time", "[db][turn]") {
    const auto fresh = fresh_database::on("sqlite");
    options settings;
    settings.session_wait_max = std::chrono::seconds{60};
    settings.sessions_max = 3;
    const auto shop = fresh->open(settings);
    make_things(*shop);
    must_run(*shop, sql{} << "INSERT INTO things (id, amount) VALUES (1, 0)");
    constexpr int writers = 8;
    constexpr int rounds = 25;
    std::atomic<int> failed{0};
    std::vector<std::thread> crowd;
    for (int i = 0; i < writers; ++i) {
        crowd.emplace_back([&] {
            for (int round = 0; round < rounds; ++round) {
                const auto raised = shop->write([](transaction& tx) -> result<std::int64_t> {
                    const auto now = tx.query_one<std::int64_t>(
                        sql{} << "SELECT amount FROM things WHERE id = 1");
                    return tx.execute(sql{} << "UPDATE things SET amount = "
                                            << std::get<0>(*now) + 1);
                });
                if (!raised) ++failed;
            }
        });
    }
    for (auto& one : crowd) one.join();
    CHECK(failed == 0);
    const auto total =
        shop->begin(access::read)->query_one<std::int64_t>(sql{} << "SELECT amount FROM things");
    CHECK(std::get<0>(*total) == writers * rounds);
}

TEST_CASE("whose turn does not come in time is told so and leaves no trace in the queue",
          "[db][turn]") {
    const auto fresh = fresh_database::on("sqlite");
    options settings;
    settings.session_wait_max = std::chrono::milliseconds{30};
    const auto shop = fresh->open(settings);
    auto holding = shop->begin(access::write);
    for (int i = 0; i < 3; ++i) {
        try {
            shop->begin(access::write);
            FAIL("there were two writers");
        } catch (const db::error& refused) {
            CHECK(refused.why() == cause::unavailable);
        }
    }
    CHECK_NOTHROW(shop->begin(access::read));
    holding.reset();
    CHECK_NOTHROW(shop->begin(access::write));
}

TEST_CASE("all that open a new file together get it", "[db][turn]") {
    constexpr int openers = 8;
    std::atomic<int> failed{0};
    for (int round = 0; round < 10; ++round) {
        const auto fresh = fresh_database::on("sqlite");
        std::barrier together{openers};
        std::vector<std::thread> crowd;
        for (int i = 0; i < openers; ++i) {
            crowd.emplace_back([&] {
                const auto mine = fresh->open();  // as another process would
                together.arrive_and_wait();
                try {
                    mine->begin(access::read)->query<int>(sql{} << "SELECT 1");
                } catch (const db::error&) {
                    ++failed;
                }
            });
        }
        for (auto& one : crowd) one.join();
    }
    CHECK(failed == 0);
}

}  // namespace market::db::test
