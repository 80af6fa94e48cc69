/// The provider's notices: known by their id, for as long as a provider repeats them.
#include "life_shop.hpp"

using namespace market;
using namespace market::order;
using namespace market::order::testing;

namespace {

std::int64_t notices(life_shop& shop) {
    return shop.count(db::sql{} << "SELECT COUNT(*) FROM payment_notices");
}

std::string words(const result<payment_receipt>& got) {
    return got ? to_json(*got) : std::string{to_string(got.error().code)};
}

}  // namespace

TEST_CASE("a notice that comes again, whatever it says now, gets the answer it got",
          "[order][payment]") {
    life_shop shop;
    const auto sale = shop.sale(2, 2);
    const auto first = shop.buy(shop.buyer(1), sale).value().id;
    const auto second = shop.buy(shop.buyer(1), sale).value().id;
    const auto answer = words(shop.notice("n", first, payment_notice::what::declined));
    CHECK(words(shop.notice("n", second)) == answer);
    CHECK(words(shop.notice("n", make_id<order_id>())) == answer);
    CHECK(words(shop.notice("n", first)) == answer);
    CHECK(shop.read(first).state == order_state::pending_payment);
    CHECK(shop.read(second).state == order_state::pending_payment);
    CHECK(notices(shop) == 1);
}

TEST_CASE("of two notices of one id for two orders one is taken, both get its answer",
          "[order][payment]") {
    for (const auto& kind : db::test::database_kinds()) {
        INFO(kind);
        life_shop shop{kind};
        const auto sale = shop.sale(8, 8);
        for (int round = 0; round < 5; ++round) {
            const auto name = "n-" + std::to_string(round);
            std::vector<order_id> made;
            for (int i = 0; i < 4; ++i) made.push_back(shop.buy(shop.buyer(1), sale).value().id);
            std::vector<std::string> answers(made.size());
            std::vector<std::thread> crowd;
            for (std::size_t i = 0; i < made.size(); ++i)
                crowd.emplace_back([&, i] {
                    payment_notice notice{name, payment_notice::what::captured, made[i], {}};
                    answers[i] =
                        words(shop.run_elsewhere(shop.calls().take_notice(std::move(notice), "")));
                });
            for (auto& thread : crowd) thread.join();
            for (const auto& answer : answers) CHECK(answer == answers.front());
            CHECK(notices(shop) == round + 1);
            CHECK(shop.count(db::sql{}
                             << "SELECT COUNT(*) FROM orders WHERE state = 'confirmed'") == 1);
            for (const auto& id : made) REQUIRE(shop.cancel(shop.buyer(1), id).has_value());
        }
    }
}

TEST_CASE("a notice that waited for another one of its id gets that one's answer",
          "[order][payment]") {
    for (const auto& kind : db::test::database_servers()) {  // on SQLite one writes at a time
        INFO(kind);
        life_shop shop{kind};
        const auto sale = shop.sale(2, 2);
        const auto first = shop.buy(shop.buyer(1), sale).value().id;
        const auto second = shop.buy(shop.buyer(1), sale).value().id;
        auto other_server = shop.record().begin(db::access::write);
        insert_notice(*other_server, {"n", payment_notice::what::captured, first, {}},
                      payment_state::captured, shop.clock().now());
        std::string answer;
        std::thread late{[&] {
            payment_notice notice{"n", payment_notice::what::captured, second, {}};
            answer = words(shop.run_elsewhere(shop.calls().take_notice(std::move(notice), "")));
        }};
        // Its insert has begun: it waits, and would find the row if the commit came before it.
        CHECK(market::testing::eventually([&] {
            return shop.count(db::sql{} << "SELECT COUNT(*) FROM information_schema.processlist"
                                           " WHERE info LIKE 'INSERT INTO payment_notices%'") > 0;
        }));
        CHECK(other_server->commit() == db::commit_outcome::committed);
        late.join();
        CHECK(answer == to_json(payment_receipt{"n", first, payment_state::captured}));
        CHECK(shop.read(second).state == order_state::pending_payment);
    }
}

TEST_CASE("notices are kept for 30 days", "[order][payment]") {
    life_shop shop;
    const auto sale = shop.sale(2, 2);
    const auto id = shop.buy(shop.buyer(1), sale).value().id;
    const auto answer = words(shop.notice("old", id));
    shop.clock().advance(24h);
    CHECK(words(shop.notice("young", id)) == answer.substr(0, 7) + "young" + answer.substr(10));
    shop.clock().advance(29 * 24h);
    shop.sweep();
    CHECK(notices(shop) == 2);
    CHECK(words(shop.notice("old", make_id<order_id>())) == answer);
    shop.clock().advance(1ms);
    shop.sweep();
    CHECK(notices(shop) == 1);
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM payment_notices WHERE id = 'young'") == 1);
    // Taken anew, it changes nothing: its work was done.
    CHECK(words(shop.notice("old", id)) == answer);
    CHECK(shop.events_of(id) == "created confirmed");
}
