/// Sales begin and end by the clock, and those who listen are told once.
#include "catalog/catalog_fixture.hpp"
#include "support/catch.hpp"

using namespace market;
using namespace market::catalog;
using namespace market::catalog::testing;

namespace {

template <class Work>
auto in(catalog_shop& shop, Work work) {
    using answer = std::invoke_result_t<Work&, db::transaction&>;
    return shop.database()
        .write([&](db::transaction& tx) -> result<answer> { return work(tx); })
        .value();
}

bool tell(catalog_shop& shop, sale_id id) {
    return in(shop, [&](auto& tx) { return announce_opened(tx, id, shop.clock.now(), "KRW"); });
}

const std::string opened = "market.sale.opened.v1", closed = "market.sale.closed.v1";

}  // namespace

TEST_CASE("a sale is told to have opened once, when its time has come", "[catalog][events]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    auto wanted = shop.wanted_sale(poster.id, 2);
    wanted.starts_at += 1s;
    const auto id = shop.try_sale(wanted).value().id;
    const auto due = [&] {
        return in(shop, [&](auto& tx) { return begun_unannounced(tx, shop.clock.now(), 10); });
    };
    CHECK(due().empty());
    CHECK_FALSE(tell(shop, id));
    shop.clock.advance(1s);
    CHECK(due() == std::vector<sale_id>{id});
    CHECK(tell(shop, id));
    CHECK(due().empty());
    CHECK_FALSE(tell(shop, id));
    CHECK(shop.events(opened) == 1);
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM outbox WHERE topic = 'market.sales'"
                                  " AND subject = "
                               << to_string(id)) == 1);
    CHECK(shop.count(db::sql{} << "SELECT events FROM sales WHERE id = " << id) == 1);
}

TEST_CASE("a sale is told to have closed once, and to have opened before if it had",
          "[catalog][events]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    const auto begun = shop.a_sale(poster.id, 2);
    auto wanted = shop.wanted_sale(poster.id, 2);
    wanted.starts_at += 1s;
    const auto planned = shop.try_sale(wanted).value();
    for (const auto id : {begun.id, planned.id, begun.id})
        shop.settle(shop.catalog->close_sale(id, shop.admin)).value();
    CHECK(shop.events(closed) == 2);
    CHECK(shop.events(opened) == 1);
    shop.clock.advance(1s);  // it was closed before it could open
    CHECK_FALSE(tell(shop, planned.id));
    CHECK(shop.events(opened) == 1);
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM outbox o JOIN outbox c ON o.id < c.id"
                                  " AND o.subject = c.subject WHERE o.type = "
                               << opened << " AND c.type = " << closed) == 1);
    CHECK(shop.count(db::sql{} << "SELECT SUM(events) FROM sales") == 3);
}

TEST_CASE("sales that ended are found until they are closed, and then for their gates",
          "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    const auto sale = shop.a_sale(poster.id, 2);
    shop.sell(sale.id, 1);
    const auto ended = [&](instant at) {
        return in(shop, [&](auto& tx) { return ended_unclosed(tx, at, 10); });
    };
    CHECK(ended(sale.ends_at - 1us).empty());
    CHECK(ended(sale.ends_at) == std::vector<sale_id>{sale.id});
    const auto close = [&] {
        return shop.database()
            .write([&](auto& tx) {
                return close_sale(tx, sale.id, "system", shop.clock.now(), "KRW");
            })
            .value();
    };
    CHECK(close());
    CHECK_FALSE(close());
    CHECK(ended(sale.ends_at).empty());
    CHECK(shop.stock_of(poster.id).available == 9);
    CHECK(shop.movements(poster.id).front().actor == "system");
    CHECK(shop.events(closed) == 1);
    const auto since = [&](instant at) {
        return in(shop, [&](auto& tx) { return closed_since(tx, at, 10).size(); });
    };
    CHECK(since(shop.clock.now()) == 1);
    CHECK(since(shop.clock.now() + 1us) == 0);
}
