#include "catalog/catalog_fixture.hpp"
#include "support/catch.hpp"

using namespace market;
using namespace market::catalog;
using namespace market::catalog::testing;

namespace {

template <class Read>
auto in(catalog_shop& shop, Read read) {
    using answer = std::invoke_result_t<Read&, db::transaction&>;
    return shop.database()
        .read([&](db::transaction& tx) -> result<answer> { return read(tx); })
        .value();
}

}  // namespace

TEST_CASE("the terms of sales are those of the record; unknown ones are left out", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10, "Poster");
    const auto open = shop.a_sale(poster.id, 2);
    const auto closed = shop.a_sale(poster.id, 2);
    const auto paused = shop.a_sale(poster.id, 2);
    shop.settle(shop.catalog->close_sale(closed.id, shop.admin)).value();
    shop.execute(db::sql{} << "UPDATE sales SET paused = 1 WHERE id = " << paused.id);
    const std::vector<sale_id> asked{open.id, closed.id, paused.id, make_id<sale_id>()};
    const auto terms = in(shop, [&](auto& tx) { return terms_of_sales(tx, asked); });
    REQUIRE(terms.size() == 3);
    const auto& one = terms.at(open.id);
    CHECK(one.product == poster.id);
    CHECK(one.product_name == "Poster");
    CHECK(one.price == money{9'900});
    CHECK(one.per_user_limit == 2);
    CHECK(one.starts_at == open.starts_at);
    CHECK(one.ends_at == open.ends_at);
    CHECK_FALSE(one.paused);
    CHECK_FALSE(one.closed);
    CHECK(terms.at(closed.id).closed);
    CHECK(terms.at(paused.id).paused);
    CHECK(in(shop, [](auto& tx) { return terms_of_sales(tx, {}); }).empty());
}

TEST_CASE("the terms of products are those of the record; unknown ones are left out", "[catalog]") {
    catalog_shop shop;
    const auto kept = shop.a_product(1, "Kept");
    const auto gone = shop.a_product(1, "Gone");
    shop.execute(db::sql{} << "UPDATE products SET retired = 1 WHERE id = " << gone.id);
    const std::vector<product_id> asked{kept.id, gone.id, make_id<product_id>()};
    const auto terms = in(shop, [&](auto& tx) { return terms_of_products(tx, asked); });
    REQUIRE(terms.size() == 2);
    CHECK(terms.at(kept.id).name == "Kept");
    CHECK(terms.at(kept.id).price == money{19'900});
    CHECK_FALSE(terms.at(kept.id).retired);
    CHECK(terms.at(gone.id).retired);
    CHECK(in(shop, [](auto& tx) { return terms_of_products(tx, {}); }).empty());
}

TEST_CASE("a sale has ended when it was closed or when its time is over", "[catalog]") {
    catalog_shop shop;
    const auto poster = shop.a_product(10);
    const auto running = shop.a_sale(poster.id, 2);
    const auto closed = shop.a_sale(poster.id, 2);
    shop.clock.advance(1min);
    shop.settle(shop.catalog->close_sale(closed.id, shop.admin)).value();
    const std::vector<sale_id> asked{running.id, closed.id};
    const auto ended = [&](instant at) {
        auto out = in(shop, [&](auto& tx) { return ended_before(tx, asked, at); });
        std::ranges::sort(out);
        return out;
    };
    const instant closed_at = shop.clock.now();
    CHECK(ended(closed_at - 1us).empty());
    CHECK(ended(closed_at) == std::vector<sale_id>{closed.id});
    CHECK(ended(running.ends_at - 1us) == std::vector<sale_id>{closed.id});
    CHECK(ended(running.ends_at) == asked);
    CHECK(in(shop, [&](auto& tx) { return ended_before(tx, {}, closed_at); }).empty());
}
