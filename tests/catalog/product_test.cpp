#include "catalog/catalog_fixture.hpp"
#include "support/catch.hpp"

using namespace market;
using namespace market::catalog;
using namespace market::catalog::testing;

TEST_CASE("a product is read as it was made", "[catalog]") {
    catalog_shop shop;
    new_product wanted{.name = "O'Neil \"포스터\"",
                       .description = "line\nline\t",
                       .category = "prints",
                       .price = money{price_max},
                       .image_url = "https://example.com/a.png",
                       .stock = stock_quantity_max};
    const auto made = shop.settle(shop.catalog->create_product(wanted, shop.admin)).value();
    const auto read = shop.settle(shop.catalog->read_product(made.id)).value()->value;
    CHECK(to_json(read, "KRW") == to_json(made, "KRW"));
    CHECK(read.name == wanted.name);
    CHECK(read.description == wanted.description);
    CHECK(read.category == wanted.category);
    CHECK(read.price == wanted.price);
    CHECK(read.image_url == wanted.image_url);
    CHECK(read.available == stock_quantity_max);
    CHECK(read.created_at == shop.clock.now());
}

TEST_CASE("the first stock of a product is received; none is no movement", "[catalog]") {
    catalog_shop shop;
    const auto some = shop.a_product(7);
    const auto received = shop.movements(some.id);
    REQUIRE(received.size() == 1);
    CHECK(received[0].kind == stock::movement_kind::received);
    CHECK(received[0].delta == 7);
    CHECK(received[0].actor == to_string(shop.admin));
    CHECK_FALSE(received[0].sale.has_value());

    const auto none = shop.a_product(0);
    CHECK(shop.movements(none.id).empty());
    CHECK(shop.stock_of(none.id).available == 0);
    CHECK(shop.stock_of(none.id).pools.size() == 1);
}

TEST_CASE("what is not there is not found", "[catalog]") {
    catalog_shop shop;
    const auto nothing = make_id<product_id>();
    CHECK(shop.settle(shop.catalog->read_product(nothing)).error().code == errc::product_not_found);
    CHECK(shop.settle(shop.catalog->read_stock(nothing)).error().code == errc::product_not_found);
    CHECK(shop.settle(shop.catalog->list_movements(nothing, {})).error().code ==
          errc::product_not_found);
    CHECK(shop.try_sale(shop.wanted_sale(nothing, 1)).error().code == errc::product_not_found);
}

TEST_CASE("a retired product is gone for buyers and for new sales", "[catalog]") {
    catalog_shop shop;
    const auto gone = shop.a_product(5);
    const auto kept = shop.a_product(5);
    REQUIRE(shop.settle(shop.catalog->retire_product(gone.id)).has_value());
    CHECK(shop.settle(shop.catalog->read_product(gone.id)).error().code == errc::product_not_found);
    CHECK(shop.try_sale(shop.wanted_sale(gone.id, 1)).error().code == errc::product_not_found);
    const auto listed = shop.settle(shop.catalog->list_products({})).value()->value;
    REQUIRE(listed.items.size() == 1);
    CHECK(listed.items[0].id == kept.id);
    CHECK(shop.stock_of(gone.id).available == 5);  // the record stays open to admins
}

TEST_CASE("pages of products lose and repeat nothing while others are made", "[catalog]") {
    catalog_shop shop;
    std::vector<product_id> made;
    for (int i = 0; i < 7; ++i) made.push_back(shop.a_product(i).id);
    std::ranges::reverse(made);
    const auto pages = walk(
        [&](page_request request) {
            product_search wanted;
            wanted.limit = request.limit;
            if (request.cursor)
                wanted.after = read_product_cursor(*request.cursor, wanted.sort).value();
            return shop.settle(shop.catalog->list_products(wanted)).value()->value;
        },
        3, [&] { shop.a_product(1); });
    REQUIRE(pages.size() == 3);
    std::vector<product_id> seen;
    for (const auto& one : pages) {
        for (const auto& item : one) {
            seen.push_back(item.id);
            CHECK(item.available == 6 - static_cast<std::int64_t>(seen.size() - 1));
        }
    }
    CHECK(seen == made);
}

TEST_CASE("a cursor that is not ours is refused by name", "[catalog]") {
    catalog_shop shop;
    const auto some = shop.a_product(1);
    const page_request bad{.limit = 20, .cursor = "nonsense"};
    const auto expect_refused = [](const failure& why) {
        CHECK(why.code == errc::validation_failed);
        REQUIRE(why.culprits.size() == 1);
        CHECK(why.culprits[0].at == "cursor");
    };
    expect_refused(read_product_cursor(*bad.cursor, product_sort::newest).error());
    expect_refused(shop.settle(shop.catalog->list_movements(some.id, bad)).error());
    expect_refused(shop.settle(shop.catalog->list_sales(bad, {})).error());
}

TEST_CASE("stock shows the general pool and those of the sales; movements add up", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    const auto first = shop.a_sale(poster.id, 4);
    const auto second = shop.a_sale(poster.id, 3);
    shop.sell(first.id, 1);
    const auto stock = shop.stock_of(poster.id);
    CHECK(stock.available == 3);
    REQUIRE(stock.pools.size() == 3);
    CHECK_FALSE(stock.pools[0].sale.has_value());
    CHECK(stock.pools[1].sale == first.id);
    CHECK(stock.pools[1].available() == 3);
    CHECK(stock.pools[2].sale == second.id);

    std::int64_t sum = 0;
    const auto pages = walk(
        [&](page_request request) {
            return shop.settle(shop.catalog->list_movements(poster.id, request)).value();
        },
        2, [] {});
    std::size_t count = 0;
    for (const auto& one : pages) {
        for (const auto& item : one) {
            sum += item.delta;
            ++count;
        }
    }
    CHECK(count == 5);
    CHECK(sum == 10);
}

TEST_CASE("products, stock and movements have the members of the contract", "[catalog]") {
    const auto id = make_id<product_id>();
    const auto sale = make_id<sale_id>();
    const auto text = to_string(id);
    product value{.id = id,
                  .name = "n",
                  .description = "d",
                  .category = "c",
                  .price = money{5},
                  .image_url = std::nullopt,
                  .available = 3,
                  .created_at = from_micros(1'795'424'400'123'000)};
    const auto at = format_rfc3339(value.created_at);
    CHECK(to_json(value, "KRW") ==
          "{\"id\":\"" + text +
              "\",\"name\":\"n\",\"description\":\"d\",\"category\":\"c\",\"price\":{\"amount\":5,"
              "\"currency\":\"KRW\"},\"image_url\":null,\"available\":3,\"created_at\":\"" +
              at + "\"}");

    product_stock stock{.product = id, .available = 4, .pools = {}};
    stock.pools.push_back({.id = pool_of(id), .product = id, .sale = {}, .total = 9, .sold = 5});
    stock.pools.push_back({.id = pool_of(sale), .product = id, .sale = sale, .total = 2});
    CHECK(to_json(stock) == "{\"product_id\":\"" + text +
                                "\",\"available\":4,\"pools\":[{\"sale_id\":null,\"total\":9,"
                                "\"sold\":5,\"available\":4},{\"sale_id\":\"" +
                                to_string(sale) + "\",\"total\":2,\"sold\":0,\"available\":2}]}");

    stock::movement moved{.id = make_id<stock::movement_id>(),
                          .at = value.created_at,
                          .product = id,
                          .sale = {},
                          .kind = stock::movement_kind::allocated,
                          .delta = -2,
                          .reason = "r",
                          .actor = "system"};
    CHECK(to_json(moved) == "{\"id\":\"" + to_string(moved.id) + "\",\"at\":\"" + at +
                                "\",\"sale_id\":null,\"kind\":\"allocated\",\"delta\":-2,"
                                "\"reason\":\"r\",\"actor\":\"system\"}");
}
