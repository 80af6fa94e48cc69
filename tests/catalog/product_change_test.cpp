#include "catalog/catalog_fixture.hpp"
#include "support/catch.hpp"

using namespace market;
using namespace market::catalog;
using namespace market::catalog::testing;

namespace {

result<product> change(catalog_shop& shop, product_id id, product_change wanted,
                       version_condition upon = {}) {
    return shop.settle(shop.catalog->change_product(id, std::move(wanted), std::move(upon)));
}

product_change renamed(std::string name) {
    product_change out;
    out.name = std::move(name);
    return out;
}

result<stock::movement> adjust(catalog_shop& shop, product_id id, std::int64_t delta) {
    return shop.settle(shop.catalog->adjust_stock(id, delta, "counted", shop.admin));
}

}  // namespace

TEST_CASE("what is sent of a product is changed, the rest stays", "[catalog]") {
    catalog_shop shop;
    const auto made = shop.a_product(3);
    product_change wanted;
    wanted.price = money{5};
    wanted.image_url.emplace("https://example.com/a.png");
    const auto priced = change(shop, made.id, wanted).value();
    CHECK(priced.price == money{5});
    CHECK(priced.image_url == "https://example.com/a.png");
    CHECK(priced.name == made.name);
    CHECK(priced.available == 3);
    CHECK(priced.version == 2);
    wanted = renamed("Neu");
    wanted.image_url.emplace(std::nullopt);
    wanted.description = "Größe";
    wanted.category = "other";
    const auto last = change(shop, made.id, wanted).value();
    CHECK_FALSE(last.image_url.has_value());
    CHECK(to_json(shop.read(made.id), "KRW") == to_json(last, "KRW"));
    product_search search;
    search.query = "poster signed";  // what it was before
    CHECK(shop.settle(shop.catalog->list_products(search)).value()->value.items.empty());
    search.query = "NEU GRÖSSE";
    CHECK(shop.settle(shop.catalog->list_products(search)).value()->value.items.size() == 1);
}

TEST_CASE("of two edits of one version the second is refused", "[catalog]") {
    catalog_shop shop;
    const auto made = shop.a_product(3);
    const std::vector<std::int64_t> seen{made.version};
    REQUIRE(change(shop, made.id, renamed("first"), seen).has_value());
    CHECK(change(shop, made.id, renamed("second"), seen).error().code == errc::precondition_failed);
    CHECK(change(shop, made.id, renamed("none"), std::vector<std::int64_t>{}).error().code ==
          errc::precondition_failed);
    CHECK(shop.read(made.id).name == "first");
    CHECK(change(shop, made.id, renamed("third"), std::vector<std::int64_t>{9, 2}).has_value());
    CHECK(change(shop, make_id<product_id>(), renamed("x")).error().code ==
          errc::product_not_found);
}

TEST_CASE("a product is retired when its sales have ended, and then is gone", "[catalog]") {
    catalog_shop shop;
    const auto made = shop.a_product(9);
    const auto retire = [&] { return shop.settle(shop.catalog->retire_product(made.id)); };
    const auto by_time = shop.a_sale(made.id, 1);
    const auto by_hand = shop.a_sale(made.id, 1);
    CHECK(retire().error().code == errc::product_on_sale);
    shop.settle(shop.catalog->close_sale(by_hand.id, shop.admin)).value();
    CHECK(retire().error().code == errc::product_on_sale);
    CHECK(shop.read(made.id).id == made.id);
    shop.clock.advance(by_time.ends_at - shop.clock.now());
    REQUIRE(retire().has_value());
    CHECK(retire().error().code == errc::product_not_found);
    CHECK(change(shop, made.id, renamed("x")).error().code == errc::product_not_found);
    CHECK(shop.try_sale(shop.wanted_sale(made.id, 1)).error().code == errc::product_not_found);
    CHECK(shop.change(by_time.id, only(&sale_change::title, "x")).error().code == errc::sale_state);
}

TEST_CASE("stock is counted in and out, not below what is sold", "[catalog]") {
    catalog_shop shop;
    const auto made = shop.a_product(10);
    shop.a_sale(made.id, 4);
    const auto more = adjust(shop, made.id, 5).value();
    CHECK(more.delta == 5);
    CHECK(more.kind == stock::movement_kind::adjusted);
    CHECK(more.reason == "counted");
    CHECK(more.actor == to_string(shop.admin));
    CHECK(shop.read(made.id).available == 11);
    const auto refused = adjust(shop, made.id, -12).error();
    CHECK(refused.code == errc::stock_conflict);
    CHECK(std::get<std::int64_t>(refused.facts.at(0).second) == 11);
    REQUIRE(adjust(shop, made.id, -11).has_value());
    CHECK(shop.read(made.id).available == 0);
    CHECK(shop.movements(made.id).front().delta == -11);
    CHECK(adjust(shop, make_id<product_id>(), 1).error().code == errc::product_not_found);
    CHECK(adjust(shop, same_bytes<product_id>(make_id<sale_id>()), 1).has_error());
}

TEST_CASE("units of a sale are not adjusted", "[catalog]") {
    catalog_shop shop;
    const auto made = shop.a_product(10);
    const auto sale = shop.a_sale(made.id, 4);
    CHECK(adjust(shop, same_bytes<product_id>(sale.id), 1).error().code == errc::product_not_found);
}
