#include "faulty_database.hpp"
#include "order_shop.hpp"

using namespace market;
using namespace market::order;
using namespace market::order::testing;

namespace {

struct faulty_shop {
    faulty_database* faults = nullptr;
    order_shop shop{{}, [this](db::database& real) {
                        auto out = std::make_unique<faulty_database>(real);
                        faults = out.get();
                        return out;
                    }};
};

std::vector<purchase_request> wishes(order_shop& shop, sale_id sale, std::size_t count) {
    std::vector<purchase_request> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(shop.wish(shop.buyer(i), {{sale, 1}}, "key"));
    return out;
}

}  // namespace

TEST_CASE("a commit whose answer is lost is found to have happened", "[order][faults]") {
    faulty_shop has;
    const auto sale = has.shop.sale(100);
    has.faults->fail_commits({commit_fault::answer_lost});
    const auto replies = has.shop.crowd(wishes(has.shop, sale, 20));
    CHECK(has.faults->faults_left() == 0);
    CHECK(placed(replies) == 20);
    CHECK(has.shop.orders_made() == 20);
    CHECK(has.shop.pool(pool_of(sale)).sold == 20);
}

TEST_CASE("a commit that is found not to have happened is run again", "[order][faults]") {
    faulty_shop has;
    const auto sale = has.shop.sale(100);
    has.faults->fail_commits({commit_fault::request_lost, commit_fault::request_lost});
    const auto replies = has.shop.crowd(wishes(has.shop, sale, 20));
    CHECK(has.faults->faults_left() == 0);
    CHECK(placed(replies) == 20);
    CHECK(has.shop.orders_made() == 20);
    CHECK(has.shop.pool(pool_of(sale)).sold == 20);
}

TEST_CASE("an outcome that cannot be found out says so, and the key tells later",
          "[order][faults]") {
    faulty_shop has;
    const auto sale = has.shop.sale(10);
    has.faults->fail_commits({commit_fault::answer_lost});
    has.faults->fail_begins_after_commit(1'000, db::cause::unavailable);
    auto wish = has.shop.wish(has.shop.buyer(1), {{sale, 1}}, "key");
    wish.until = std::chrono::steady_clock::now() + 300ms;
    const auto reply = has.shop.buy(wish);
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

TEST_CASE("a poison purchase fails alone", "[order][faults]") {
    order_shop shop;
    const auto sale = shop.sale(100);
    auto requests = wishes(shop, sale, 30);
    requests[13].address =
        address{std::string("a\0b", 3), "c", "1", "d"};  // no SQL text can hold it
    const auto replies = shop.crowd(std::move(requests));
    CHECK(placed(replies) == 29);
    CHECK(replies[13].error().code == errc::internal);
    CHECK(shop.pool(pool_of(sale)).sold == 29);
    CHECK(shop.view(sale).remaining == 71);
}
