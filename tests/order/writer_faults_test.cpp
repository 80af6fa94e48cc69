#include "order_shop.hpp"
#include "support/faulty_database.hpp"

using namespace market;
using namespace market::order;
using namespace market::order::testing;
using db::test::commit_fault;
using db::test::faulty_database;

namespace {

struct faulty_shop {
    faulty_database* faults = nullptr;
    order_shop shop{{}, [this](db::database& real) {
                        auto out = std::make_unique<faulty_database>(real);
                        faults = out.get();
                        return out;
                    }};
};

std::vector<purchase_request> requests_for(order_shop& shop, sale_id sale, std::size_t count) {
    std::vector<purchase_request> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(shop.request(shop.buyer(i), {{sale, 1}}, "key"));
    return out;
}

}  // namespace

TEST_CASE("a commit whose answer is lost is found to have happened", "[order][faults]") {
    faulty_shop has;
    const auto sale = has.shop.sale(100);
    has.faults->fail_commits({commit_fault::answer_lost});
    const auto replies = has.shop.crowd(requests_for(has.shop, sale, 20));
    CHECK(has.faults->faults_left() == 0);
    CHECK(count_placed(replies) == 20);
    CHECK(has.shop.orders_made() == 20);
    CHECK(has.shop.pool(pool_of(sale)).sold == 20);
}

TEST_CASE("a commit that is found not to have happened is run again", "[order][faults]") {
    faulty_shop has;
    const auto sale = has.shop.sale(100);
    has.faults->fail_commits({commit_fault::request_lost, commit_fault::request_lost});
    const auto replies = has.shop.crowd(requests_for(has.shop, sale, 20));
    CHECK(has.faults->faults_left() == 0);
    CHECK(count_placed(replies) == 20);
    CHECK(has.shop.orders_made() == 20);
    CHECK(has.shop.pool(pool_of(sale)).sold == 20);
}

TEST_CASE("an outcome that cannot be read says so, and the key answers later", "[order][faults]") {
    faulty_shop has;
    const auto sale = has.shop.sale(10);
    has.faults->fail_commits({commit_fault::answer_lost});
    has.faults->fail_begins_after_commit(1'000, db::cause::unavailable);
    auto request = has.shop.request(has.shop.buyer(1), {{sale, 1}}, "key");
    request.until = std::chrono::steady_clock::now() + 300ms;
    const auto reply = has.shop.buy(request);
    REQUIRE(reply.has_error());
    CHECK(reply.error().code == errc::outcome_unknown);
    has.faults->fail_begins(0, db::cause::unavailable);
    const auto again = has.shop.buy(has.shop.buyer(1), sale, "key");
    CHECK(again.value().replayed);
    CHECK(has.shop.orders_made() == 1);
}

TEST_CASE("a database that is away refuses, holds nothing, and sells again when it is back",
          "[order][faults]") {
    faulty_shop has;
    const auto sale = has.shop.sale(3);
    has.faults->fail_begins(1, db::cause::unavailable);
    const auto refused = has.shop.buy(has.shop.buyer(1), sale, "key");
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::database_unavailable);
    CHECK(has.shop.view(sale).remaining == 3);
    CHECK(has.shop.buy(has.shop.buyer(1), sale, "key").has_value());
}

TEST_CASE("a session lost in mid-transaction is invisible to buyers", "[order][faults]") {
    faulty_shop has;
    const auto sale = has.shop.sale(3);
    has.faults->fail_begins(2, db::cause::connection_lost);
    CHECK(has.shop.buy(has.shop.buyer(1), sale, "key").has_value());
    CHECK(has.shop.orders_made() == 1);
}

TEST_CASE("a session that dies while refusals are sought settles nobody twice", "[order][faults]") {
    faulty_shop has;
    const auto sale = has.shop.sale(20, 2);
    auto contents = has.shop.run(has.shop.gate().dump(sale)).value();
    contents.per_user_limit = 100;  // the gate lets in what the record's limit refuses
    REQUIRE(has.shop.run(has.shop.gate().remove(sale)).has_value());
    REQUIRE(has.shop.run(has.shop.gate().load_and_open(sale, contents)).value());
    has.faults->fail_selects("sale_buyers", 2);
    std::vector<purchase_request> requests;
    for (std::size_t i = 0; i < 12; ++i)
        requests.push_back(has.shop.request(has.shop.buyer(i % 3), {{sale, 1}}));
    const auto replies = has.shop.crowd(std::move(requests));
    CHECK(count_placed(replies) == 6);
    CHECK(has.shop.orders_made() == 6);
    CHECK(has.shop.pool(pool_of(sale)).sold == 6);
}

TEST_CASE("a cart whose one sale closes under way gives the other one back at once",
          "[order][faults]") {
    faulty_shop has;
    const auto ending = has.shop.sale(5, 5);
    const auto lasting = has.shop.sale(5, 5);
    has.faults->before_next_write([&] {
        auto close = [&](db::transaction& tx) -> result<bool> {
            return stock::ledger::close(tx, ending, "system", has.shop.clock().now());
        };
        REQUIRE(has.shop.record().write(close).value());
    });
    const auto buyer = has.shop.buyer(1);
    const auto refused = has.shop.buy(has.shop.request(buyer, {{ending, 1}, {lasting, 2}}, "k"));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::sale_ended);
    CHECK(has.shop.view(lasting).held == 0);
    CHECK(has.shop.view(lasting).remaining == 5);
    CHECK(has.shop.buy(buyer, lasting, "k").has_value());  // the refusal did not use up the key
}

TEST_CASE("a cart that is refused after a reload gives back what its first round held",
          "[order][faults]") {
    faulty_shop has;
    const auto first = has.shop.sale(5, 5);
    const auto second = has.shop.sale(5, 5);  // younger, so it is admitted later
    has.faults->before_next_write([&] {       // on the writer's thread
        auto sell_all = [&](db::transaction& tx) -> result<bool> {
            tx.execute(db::sql{}
                       << "UPDATE pools SET sold = total, gate_epoch = gate_epoch + 1 WHERE id = "
                       << pool_of(first));
            return true;
        };
        REQUIRE(has.shop.record().write(sell_all).value());
        REQUIRE(has.shop.run_elsewhere(has.shop.gate().remove(first)).has_value());
    });
    const auto buyer = has.shop.buyer(1);
    const auto refused = has.shop.buy(has.shop.request(buyer, {{first, 1}, {second, 2}}, "k"));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::sold_out);
    CHECK(has.shop.view(second).held == 0);
    CHECK(has.shop.view(second).remaining == 5);
    CHECK(has.shop.buy(buyer, second, "k").has_value());
}

TEST_CASE("a refused purchase gives back a hold that a rebuild carried over", "[order][faults]") {
    faulty_shop has;
    const auto sale = has.shop.sale(5);
    const auto boss =
        user::create_admin(has.shop.record(), has.shop.clock(), "boss@example.com", "correct horse")
            .value()
            .id;
    has.faults->before_next_write([&] {  // on the writer's thread
        auto reload = [&]() -> asio::awaitable<std::int64_t> {
            auto& rebuilder = has.shop.orders().rebuilder();
            co_await rebuilder.rebuild(sale, stock::rebuild_reason::drift);
            std::vector<sale_id> wanted{sale};
            auto views = co_await has.shop.gate().look(std::move(wanted));
            co_return views.value().front().held;
        };
        CHECK(has.shop.run_elsewhere(reload()) == 1);  // carried over
    });
    const auto refused = has.shop.buy(boss, sale, "k");  // no address in the profile
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::validation_failed);
    CHECK(has.shop.view(sale).held == 0);
    auto again = has.shop.request(boss, {{sale, 1}}, "k");
    again.address = address{"Seoul", "Mapo", "04001", "1 World Cup-ro"};
    CHECK(has.shop.buy(again).has_value());
}

TEST_CASE("a purchase that cannot be written fails alone", "[order][faults]") {
    order_shop shop;
    const auto sale = shop.sale(100);
    auto requests = requests_for(shop, sale, 30);
    requests[13].address =
        address{std::string("a\0b", 3), "c", "1", "d"};  // no SQL text can hold it
    const auto replies = shop.crowd(std::move(requests));
    CHECK(count_placed(replies) == 29);
    CHECK(replies[13].error().code == errc::internal);
    CHECK(shop.pool(pool_of(sale)).sold == 29);
    CHECK(shop.view(sale).remaining == 71);
}
