#include "life_shop.hpp"

#include <market/catalog/catalog_record.hpp>

#include <boost/json.hpp>

using namespace market;
using namespace market::order;
using namespace market::order::testing;

namespace {

constexpr auto request_deadline = 5s;

std::int64_t told(order_shop& shop, const std::string& type) {
    return shop.count(db::sql{} << "SELECT COUNT(*) FROM outbox WHERE type = " << type);
}

}  // namespace

TEST_CASE("a sale closes by itself one request deadline after its end", "[order][sales]") {
    order_shop shop;
    const auto sale = shop.sale(3);
    REQUIRE(shop.buy(shop.buyer(1), sale).has_value());
    const auto product = shop.pool(pool_of(sale)).product;
    shop.clock().advance(24h + request_deadline - 1us);
    shop.sweep_sales();
    CHECK_FALSE(shop.pool(pool_of(sale)).closed);
    shop.clock().advance(1us);
    shop.sweep_sales();
    CHECK(shop.pool(pool_of(sale)).closed);
    CHECK(shop.pool(pool_of(product)).available() == 2);
    CHECK(shop.view(sale).state == stock::gate_state::absent);
    shop.sweep_sales();
    CHECK(told(shop, "market.sale.closed.v1") == 1);
    CHECK(told(shop, "market.sale.opened.v1") == 1);
    CHECK(shop.pool(pool_of(product)).available() == 2);
}

TEST_CASE("that a sale began is told when it does", "[order][sales]") {
    order_shop shop;
    shop.sale(3, 1, 1h);
    shop.sweep_sales();
    CHECK(told(shop, "market.sale.opened.v1") == 0);
    shop.clock().advance(1h);
    shop.sweep_sales();
    CHECK(told(shop, "market.sale.opened.v1") == 1);
    shop.sweep_sales();
    CHECK(told(shop, "market.sale.opened.v1") == 1);
}

TEST_CASE("many servers tell once that a sale began, and once that it ended, in that order",
          "[order][events]") {
    for (const auto& kind : db::test::database_kinds()) {
        INFO(kind);
        life_shop shop{kind};
        std::vector<sale_id> sales;
        for (int i = 0; i < 4; ++i) sales.push_back(shop.sale(3, 1, 1h));
        const auto all_sweep = [&] {
            std::vector<std::thread> servers;
            for (int i = 0; i < 4; ++i) servers.emplace_back([&] { shop.sweep_sales_elsewhere(); });
            for (auto& thread : servers) thread.join();
        };
        shop.clock().advance(1h);
        all_sweep();
        CHECK(told(shop, "market.sale.opened.v1") == 4);
        shop.clock().advance(24h + request_deadline);
        all_sweep();
        for (const auto& sale : sales) {
            CHECK(shop.events_of(sale) == "opened closed");
            CHECK(shop.count(db::sql{} << "SELECT events FROM sales WHERE id = " << sale) == 2);
        }
        CHECK(told(shop, "market.sale.closed.v1") == 4);
    }
}

TEST_CASE("what is told of a sale is the sale as it is then", "[order][events]") {
    life_shop shop;
    const auto sale = shop.sale(3, 1, 1h);
    shop.clock().advance(1h);
    shop.sweep_sales();
    REQUIRE(shop.buy(shop.buyer(1), sale).has_value());
    REQUIRE(shop.run(shop.catalog().close_sale(sale, shop.buyer())).has_value());
    const auto data = [&](const std::string& type) {
        auto read = [&](db::transaction& tx) -> result<std::string> {
            return std::get<0>(tx.query_one<std::string>(
                                     db::sql{} << "SELECT data FROM outbox WHERE type = " << type)
                                   .value());
        };
        return boost::json::parse(shop.record().read(read).value());
    };
    const auto opened = data("market.sale.opened.v1"), closed = data("market.sale.closed.v1");
    CHECK(opened.at("id").as_string() == to_string(sale));
    CHECK(opened.at("status").as_string() == "open");
    CHECK(opened.at("remaining").as_int64() == 3);
    CHECK(closed.at("status").as_string() == "ended");
    CHECK(closed.at("remaining").as_int64() == 0);  // two went back to the product
    CHECK(closed.at("quantity").as_int64() == 3);
}

TEST_CASE("a gate that a close left behind is removed", "[order][sales]") {
    order_shop shop;
    const auto sale = shop.sale(3);
    auto close = [&](db::transaction& tx) {
        return catalog::close_sale(tx, sale, "system", shop.clock().now(), "KRW");
    };
    REQUIRE(shop.record().write(close).value());
    CHECK(market::testing::eventually([&] {
        shop.sweep_sales();
        return shop.view(sale).state == stock::gate_state::absent;
    }));
}

TEST_CASE("the last unit sold is told with its order", "[order][events]") {
    order_shop shop;
    const auto sale = shop.sale(11);
    REQUIRE(shop.buy(shop.buyer(1), sale).has_value());
    CHECK(told(shop, "market.stock.low.v1") == 1);
    for (std::size_t i = 2; i < 12; ++i) REQUIRE(shop.buy(shop.buyer(i), sale).has_value());
    CHECK(told(shop, "market.stock.low.v1") == 1);
    CHECK(told(shop, "market.stock.sold_out.v1") == 1);
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM outbox WHERE topic = 'market.stock' AND"
                                  " subject <> "
                               << to_string(sale)) == 0);
    CHECK(shop.count(db::sql{} << "SELECT COUNT(*) FROM outbox WHERE at = " << shop.clock().now()
                               << " AND topic = 'market.stock'") == 2);
}

TEST_CASE("a paused sale sells nothing until it is resumed", "[order][sales]") {
    order_shop shop;
    const auto sale = shop.sale(3);
    auto& goods = shop.catalog();
    catalog::sale_change cheaper;
    cheaper.price = money{1};
    REQUIRE(shop.run(goods.pause_sale(sale, true)).has_value());
    CHECK(shop.buy(shop.buyer(1), sale).error().code == errc::sale_paused);
    REQUIRE(shop.run(goods.pause_sale(sale, false)).has_value());
    CHECK(shop.buy(shop.buyer(1), sale).has_value());
    CHECK(shop.run(goods.change_sale(sale, cheaper, shop.buyer(), {})).error().code ==
          errc::sale_state);
    CHECK(shop.buy(shop.buyer(2), sale).has_value());
}
