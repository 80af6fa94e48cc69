#include "catalog/catalog_fixture.hpp"
#include "support/catch.hpp"

using namespace market;
using namespace market::catalog;
using namespace market::catalog::testing;

namespace {

/// Five sales of each status, made in turn.
struct crowded_shop : catalog_shop {
    static constexpr int of_each = 5;
    product_id poster = a_product(1'000).id;
    std::map<sale_status, std::vector<sale_id>> made;

    crowded_shop() {
        for (int i = 0; i < of_each; ++i) {
            auto wanted = wanted_sale(poster, 1);
            add(sale_status::open, wanted);
            const auto gone = add(sale_status::sold_out, wanted);
            sell(gone, 1);
            settle(gate.remove(gone)).value();
            const auto paused = add(sale_status::paused, wanted);
            execute(db::sql{} << "UPDATE sales SET paused = 1 WHERE id = " << paused);
            settle(catalog->close_sale(add(sale_status::ended, wanted), admin)).value();
            wanted.starts_at = clock.now() + 30min;
            add(sale_status::upcoming, wanted);
        }
        for (auto& [status, ids] : made) std::ranges::reverse(ids);
    }

    sale_id add(sale_status status, const new_sale& wanted) {
        const auto id = try_sale(wanted).value().id;
        made[status].push_back(id);
        return id;
    }

    std::vector<std::vector<sale>> pages(const sale_filter& filter, int limit) {
        return walk(
            [&](page_request request) {
                return settle(catalog->list_sales(request, filter)).value()->value;
            },
            limit, [] {});
    }
};

}  // namespace

TEST_CASE("each status lists just its sales, newest first, on full pages", "[catalog]") {
    crowded_shop shop;
    for (const auto& [status, ids] : shop.made) {
        const auto pages = shop.pages({.status = status, .product = {}}, 2);
        INFO(to_string(status));
        REQUIRE(pages.size() == 3);
        CHECK(pages[0].size() == 2);
        CHECK(pages[1].size() == 2);
        std::vector<sale_id> seen;
        for (const auto& one : pages) {
            for (const auto& item : one) {
                CHECK(item.status == status);
                seen.push_back(item.id);
            }
        }
        CHECK(seen == ids);
    }
}

TEST_CASE("a page of open sales is full however many sold-out ones lie between", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(1'000).id;
    const auto oldest = shop.a_sale(poster, 1).id;
    shop.rebuilder.fail();
    for (int i = 0; i < 130; ++i) shop.sell(shop.a_sale(poster, 1).id, 1);
    const auto listed =
        shop.settle(shop.catalog->list_sales({.limit = 1, .cursor = {}},
                                             {.status = sale_status::open, .product = {}}))
            .value()
            ->value;
    REQUIRE(listed.items.size() == 1);
    CHECK(listed.items[0].id == oldest);
    CHECK_FALSE(listed.next_cursor.has_value());
}

TEST_CASE("sales of one product are listed apart", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10).id;
    const auto record = shop.a_product(10).id;
    shop.a_sale(poster, 1);
    const auto wanted = shop.a_sale(record, 1).id;
    shop.a_sale(poster, 1);
    const auto listed =
        shop.settle(shop.catalog->list_sales({}, {.status = {}, .product = record})).value()->value;
    REQUIRE(listed.items.size() == 1);
    CHECK(listed.items[0].id == wanted);
}

TEST_CASE("pages of sales lose and repeat nothing while others are made", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(1'000).id;
    std::vector<sale_id> made;
    for (int i = 0; i < 5; ++i) made.push_back(shop.a_sale(poster, 1).id);
    std::ranges::reverse(made);
    const auto pages = walk(
        [&](page_request request) {
            return shop.settle(shop.catalog->list_sales(request, {})).value()->value;
        },
        2, [&] { shop.a_sale(poster, 1); });
    std::vector<sale_id> seen;
    for (const auto& one : pages) {
        for (const auto& item : one) seen.push_back(item.id);
    }
    CHECK(seen == made);
}
