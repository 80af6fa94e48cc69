/// What a crowd reloads: how old it may be, what makes it new, what its tag says.
#include "catalog/catalog_fixture.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

using namespace market;
using namespace market::catalog;
using namespace market::catalog::testing;

namespace {

struct crowd_shop : catalog_shop {
    std::unique_ptr<catalog_service> here =
        make_catalog_service({database(), blocking}, clock, gate, rebuilder);
    product poster = a_product(10);
    sale on_sale = a_sale(poster.id, 4);

    rendered_ptr<sale> look() { return settle(here->read_sale(on_sale.id)).value(); }
    rendered_ptr<page<sale>> look_at_all() { return settle(here->list_sales({}, {})).value(); }
    rendered_ptr<product> look_at_poster() { return settle(here->read_product(poster.id)).value(); }
};

}  // namespace

TEST_CASE("units are at most 100 ms old, and asked of the gate once meanwhile",
          "[catalog][rendered]") {
    crowd_shop shop;
    CHECK(shop.look()->value.remaining == 4);
    CHECK(shop.look_at_all()->value.items.at(0).remaining == 4);
    CHECK(shop.look_at_poster()->value.available == 6);
    shop.hold(shop.on_sale.id, 1);
    shop.settle(shop.catalog->adjust_stock(shop.poster.id, 1, "r", shop.admin)).value();
    shop.clock.advance(99ms);
    const auto looks = shop.gate.looks.load();
    for (int i = 0; i < 10; ++i) CHECK(shop.look()->value.remaining == 4);
    CHECK(shop.look_at_all()->value.items.at(0).remaining == 4);
    CHECK(shop.gate.looks == looks);
    shop.clock.advance(1ms);
    CHECK(shop.look()->value.remaining == 3);
    CHECK(shop.look_at_all()->value.items.at(0).remaining == 3);
    CHECK(shop.look_at_poster()->value.available == 7);
    CHECK(shop.gate.looks == looks + 2);
}

TEST_CASE("what was sold here is seen at once", "[catalog][rendered]") {
    crowd_shop shop;
    shop.look();
    shop.look_at_all();
    shop.hold(shop.on_sale.id, 1);
    CHECK(shop.look()->value.remaining == 4);
    shop.here->note_units_moved();
    CHECK(shop.look()->value.remaining == 3);
    CHECK(shop.look_at_all()->value.items.at(0).remaining == 3);
    const auto looks = shop.gate.looks.load();
    CHECK(shop.look()->value.remaining == 3);
    CHECK(shop.gate.looks == looks);
}

TEST_CASE("a change made here is seen at once", "[catalog][rendered]") {
    crowd_shop shop;
    shop.look();
    shop.look_at_all();
    shop.look_at_poster();
    const auto here = [&](auto call) { return shop.settle(std::move(call)).value(); };
    here(shop.here->change_sale(shop.on_sale.id, only(&sale_change::title, "Other"), shop.admin,
                                {}));
    CHECK(shop.look()->value.title == "Other");
    CHECK(shop.look_at_all()->value.items.at(0).title == "Other");
    here(shop.here->pause_sale(shop.on_sale.id, true));
    CHECK(shop.look()->value.status == sale_status::paused);
    here(shop.here->adjust_stock(shop.poster.id, 3, "r", shop.admin));
    CHECK(shop.look_at_poster()->value.available == 9);
    product_change renamed;
    renamed.name = "Neu";
    here(shop.here->change_product(shop.poster.id, renamed, {}));
    CHECK(shop.look_at_poster()->value.name == "Neu");
    here(shop.here->close_sale(shop.on_sale.id, shop.admin));
    CHECK(shop.look()->value.status == sale_status::ended);
    REQUIRE(shop.settle(shop.here->retire_product(shop.poster.id)).has_value());
    CHECK(shop.settle(shop.here->read_product(shop.poster.id)).has_error());
}

TEST_CASE("a change made by another server is seen although no time passes on the gate's clock",
          "[catalog][rendered]") {
    crowd_shop shop;
    shop.look();
    shop.look_at_all();
    shop.change(shop.on_sale.id, only(&sale_change::title, "Other"))
        .value();  // by the other service
    CHECK(market::testing::eventually([&] { return shop.look()->value.title == "Other"; }));
    CHECK(shop.look_at_all()->value.items.at(0).title == "Other");
}

TEST_CASE("rows are not read again while nothing changes, unless the gate cannot tell",
          "[catalog][rendered]") {
    crowd_shop shop;
    shop.look();
    // Behind the catalog's back: no version tells of it.
    shop.execute(db::sql{} << "UPDATE sales SET title = 'unseen' WHERE id = " << shop.on_sale.id);
    shop.clock.advance(1s);
    CHECK(shop.look()->value.title == "Release");
    shop.gate.cut();
    shop.clock.advance(1s);
    CHECK(shop.look()->value.title == "unseen");
}

TEST_CASE("of a status each page is read anew", "[catalog][rendered]") {
    crowd_shop shop;
    const auto open = [&] {
        return shop.settle(shop.here->list_sales({}, {.status = sale_status::open, .product = {}}))
            .value()
            ->value.items.size();
    };
    CHECK(open() == 1);
    shop.clock.advance(2h);
    CHECK(open() == 0);
}

TEST_CASE("different questions have different answers", "[catalog][rendered]") {
    crowd_shop shop;
    shop.a_product(1, "Other");
    product_search wanted;
    const auto count = [&] {
        return shop.settle(shop.here->list_products(wanted)).value()->value.items.size();
    };
    CHECK(count() == 2);
    wanted.query = "other";
    CHECK(count() == 1);
    wanted.query = "";
    wanted.category = "none";
    CHECK(count() == 0);
    wanted.category.reset();
    wanted.limit = 1;
    CHECK(count() == 1);
}

TEST_CASE("a tag changes with all that is shown but the time", "[catalog][rendered]") {
    sale value;
    value.title = "t";
    value.version = 3;
    const auto tag = etag_of(value, "KRW");
    CHECK(tag.starts_with("\"3-"));
    CHECK(tag == render(value, "KRW")->etag);
    auto other = value;
    other.server_time += 1s;
    CHECK(etag_of(other, "KRW") == tag);
    other.remaining = 1;
    CHECK(etag_of(other, "KRW") != tag);
    page<sale> one{.items = {value}, .next_cursor = {}};
    const auto page_tag = render(one, "KRW")->etag;
    auto more = one;
    more.next_cursor = "next";
    CHECK(render(more, "KRW")->etag != page_tag);
    more = one;
    more.items[0].server_time += 1s;
    CHECK(render(more, "KRW")->etag == page_tag);
    CHECK(render(more, "KRW")->body != render(one, "KRW")->body);
    more.items[0].status = sale_status::open;
    CHECK(render(more, "KRW")->etag != page_tag);
}

TEST_CASE("what is not there is not remembered", "[catalog][rendered]") {
    crowd_shop shop;
    const auto id = make_id<sale_id>();
    CHECK(shop.settle(shop.here->read_sale(id)).error().code == errc::sale_not_found);
    CHECK(shop.settle(shop.here->read_sale(id)).error().code == errc::sale_not_found);
}
