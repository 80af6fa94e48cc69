#include "catalog/catalog_fixture.hpp"
#include "support/catch.hpp"

using namespace market;
using namespace market::catalog;
using namespace market::catalog::testing;

TEST_CASE("a sale takes its units from the product and opens its gate", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    const auto made = shop.a_sale(poster.id, 4);
    CHECK(made.quantity == 4);
    CHECK(made.remaining == 4);
    CHECK(made.status == sale_status::open);
    CHECK(made.server_time == shop.clock.now());
    CHECK(shop.stock_of(poster.id).available == 6);
    const auto views = shop.settle(shop.gate.look({made.id})).value();
    CHECK(views[0].state == stock::gate_state::open);
    CHECK(views[0].remaining == 4);
    CHECK(views[0].per_user_limit == 2);
    CHECK(to_json(shop.read(made.id), "KRW") == to_json(made, "KRW"));
}

TEST_CASE("a window that ends before it starts, or before now, makes no sale", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    auto wanted = shop.wanted_sale(poster.id, 4);
    SECTION("ends as it starts") { wanted.starts_at = wanted.ends_at; }
    SECTION("ends now") {
        wanted.starts_at = shop.clock.now() - 1h;
        wanted.ends_at = shop.clock.now();
    }
    const auto refused = shop.try_sale(wanted);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::validation_failed);
    REQUIRE(refused.error().culprits.size() == 1);
    CHECK(refused.error().culprits[0].at == "/ends_at");
    CHECK(refused.error().culprits[0].code == "range");
    CHECK(shop.stock_of(poster.id).available == 10);
}

TEST_CASE("a sale of more than is there is refused and says how much is", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    const auto refused = shop.try_sale(shop.wanted_sale(poster.id, 11));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::stock_conflict);
    REQUIRE(refused.error().facts.size() == 1);
    CHECK(refused.error().facts[0].first == "available");
    CHECK(std::get<std::int64_t>(refused.error().facts[0].second) == 10);
    CHECK(shop.stock_of(poster.id).pools.size() == 1);
    CHECK(shop.settle(shop.catalog->list_sales({}, {})).value()->value.items.empty());
    CHECK(shop.try_sale(shop.wanted_sale(poster.id, 10)).has_value());
}

TEST_CASE("a sale stands although its gate could not be opened", "[catalog][faults]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    shop.rebuilder.fail();
    const auto made = shop.try_sale(shop.wanted_sale(poster.id, 4));
    REQUIRE(made.has_value());
    CHECK(made->remaining == 4);
    CHECK(made->status == sale_status::open);
    CHECK(shop.stock_of(poster.id).available == 6);
}

TEST_CASE("the status follows the clock and what remains", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    auto wanted = shop.wanted_sale(poster.id, 2);
    wanted.starts_at = shop.clock.now() + 1s;
    const auto id = shop.try_sale(wanted).value().id;
    CHECK(shop.read(id).status == sale_status::upcoming);
    shop.clock.advance(1s);
    CHECK(shop.read(id).status == sale_status::open);
    shop.hold(id, 2);
    CHECK(shop.read(id).remaining == 0);
    CHECK(shop.read(id).status == sale_status::sold_out);
    shop.clock.advance(1h);
    CHECK(shop.read(id).status == sale_status::ended);
}

TEST_CASE("without a gate the record tells what remains", "[catalog][faults]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    const auto made = shop.a_sale(poster.id, 5);
    shop.sell(made.id, 2);
    shop.hold(made.id, 1);
    CHECK(shop.read(made.id).remaining == 4);  // the gate was not told: it decides while it is open
    SECTION("absent") { REQUIRE(shop.settle(shop.gate.remove(made.id)).has_value()); }
    SECTION("frozen") { REQUIRE(shop.settle(shop.gate.freeze(made.id)).has_value()); }
    SECTION("out of reach") { shop.gate.cut(); }
    CHECK(shop.read(made.id).remaining == 3);
    CHECK(shop.read(made.id).server_time == shop.clock.now());
    const auto stock = shop.stock_of(made.id);
    CHECK(stock.held == 0);
    CHECK(stock.remaining == 3);
}

TEST_CASE("the stock of a sale adds up with what is held", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    const auto made = shop.a_sale(poster.id, 8);
    shop.hold(made.id, 2);
    shop.hold(made.id, 1);
    shop.sell(made.id, 1);
    const auto stock = shop.stock_of(made.id);
    CHECK(stock.total == 8);
    CHECK(stock.sold == 1);
    CHECK(stock.held == 3);
    CHECK(stock.remaining == 4);
    CHECK(stock.gate_epoch == 2);  // made under 1, loaded under 2
}

TEST_CASE("a closed sale gives its unsold units back, once", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    const auto made = shop.a_sale(poster.id, 8);
    shop.sell(made.id, 3);
    const auto closed = shop.settle(shop.catalog->close_sale(made.id, shop.admin)).value();
    CHECK(closed.status == sale_status::ended);
    CHECK(closed.remaining == 0);
    CHECK(closed.quantity == 8);
    CHECK(shop.stock_of(poster.id).available == 7);
    CHECK(shop.stock_of(made.id).total == 3);
    CHECK(shop.stock_of(made.id).remaining == 0);
    const auto views = shop.settle(shop.gate.look({made.id})).value();
    CHECK(views[0].state == stock::gate_state::absent);

    const instant closed_at = shop.clock.now();
    shop.clock.advance(1s);
    auto again = shop.settle(shop.catalog->close_sale(made.id, shop.admin)).value();
    again.server_time = closed.server_time;
    CHECK(to_json(again, "KRW") == to_json(closed, "KRW"));
    CHECK(shop.stock_of(poster.id).available == 7);
    CHECK(shop.movements(poster.id).size() == 5);
    const auto ended = shop.database().read([&](auto& tx) -> result<std::vector<sale_id>> {
        return ended_before(tx, std::vector<sale_id>{made.id}, closed_at);
    });
    CHECK(ended.value().size() == 1);  // it keeps the time of its first close
}

TEST_CASE("a sale that ended by time can still be closed", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    const auto made = shop.a_sale(poster.id, 8);
    shop.clock.advance(2h);
    REQUIRE(shop.settle(shop.catalog->close_sale(made.id, shop.admin)).has_value());
    CHECK(shop.stock_of(poster.id).available == 10);
}

TEST_CASE("a sale is closed although its gate is out of reach", "[catalog][faults]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    const auto made = shop.a_sale(poster.id, 8);
    shop.hold(made.id, 1);
    shop.gate.cut();
    const auto closed = shop.settle(shop.catalog->close_sale(made.id, shop.admin));
    REQUIRE(closed.has_value());
    CHECK(closed->status == sale_status::ended);
    shop.gate.restore();
    CHECK(shop.read(made.id).status == sale_status::ended);
    CHECK(shop.read(made.id).remaining == 0);  // whatever the gate that was left behind says
    CHECK(shop.stock_of(made.id).held == 0);
    CHECK(shop.settle(shop.catalog->close_sale(made.id, shop.admin)).has_value());
    const auto views = shop.settle(shop.gate.look({made.id})).value();
    CHECK(views[0].state == stock::gate_state::absent);
}

TEST_CASE("a sale that is not there is not found", "[catalog]") {
    catalog_shop shop;
    const auto nothing = make_id<sale_id>();
    CHECK(shop.settle(shop.catalog->read_sale(nothing)).error().code == errc::sale_not_found);
    CHECK(shop.settle(shop.catalog->read_sale_stock(nothing)).error().code == errc::sale_not_found);
    CHECK(shop.settle(shop.catalog->close_sale(nothing, shop.admin)).error().code ==
          errc::sale_not_found);
}
