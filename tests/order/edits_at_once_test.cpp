/// What several admins do at once, on each database, with the gates of a whole shop.
#include "life_shop.hpp"

#include <market/catalog/catalog_record.hpp>

using namespace market;
using namespace market::order;
using namespace market::order::testing;

namespace {

/// Does it `many` times at once, each with its number; how often it went well, and the refusals.
struct tally {
    std::size_t well = 0;
    std::vector<errc> refusals{};
};
template <class Call>
tally at_once(std::size_t many, Call call) {
    tally out;
    std::mutex mutex;
    std::vector<std::thread> crowd;
    for (std::size_t i = 0; i < many; ++i)
        crowd.emplace_back([&, i] {
            const auto got = call(i);
            const std::lock_guard lock{mutex};
            if (got)
                ++out.well;
            else
                out.refusals.push_back(got.error().code);
        });
    for (auto& thread : crowd) thread.join();
    return out;
}

bool all_are(const tally& of, errc code) {
    return std::all_of(of.refusals.begin(), of.refusals.end(),
                       [code](errc each) { return each == code; });
}

catalog::new_sale terms(life_shop& shop, product_id of, std::int64_t units) {
    const auto now = shop.clock().now();
    return {of, "Sale", money{900}, units, 1, now, now + 24h};
}

}  // namespace

TEST_CASE("of edits of one version at once one is made, the others are told to read anew",
          "[order][sales]") {
    for (const auto& kind : db::test::database_kinds()) {
        INFO(kind);
        life_shop shop{kind};
        const auto sale = shop.sale(3, 1, 1h);
        const auto edited = at_once(6, [&](std::size_t i) {
            catalog::sale_change wanted;
            wanted.title = "Edit " + std::to_string(i);
            return shop.run_elsewhere(shop.catalog().change_sale(
                sale, std::move(wanted), shop.buyer(), std::vector<std::int64_t>{1}));
        });
        CHECK(edited.well == 1);
        CHECK(all_are(edited, errc::precondition_failed));
        CHECK(shop.count(db::sql{} << "SELECT version FROM sales") == 2);

        const auto product = shop.pool(pool_of(sale)).product;
        const auto renamed = at_once(6, [&](std::size_t i) {
            catalog::product_change wanted;
            wanted.name = "Edit " + std::to_string(i);
            return shop.run_elsewhere(shop.catalog().change_product(product, std::move(wanted),
                                                                    std::vector<std::int64_t>{1}));
        });
        CHECK(renamed.well == 1);
        CHECK(all_are(renamed, errc::precondition_failed));
    }
}

TEST_CASE("an edit waits for who tells that the sale has opened, and comes too late",
          "[order][sales]") {
    for (const auto& kind : db::test::database_servers()) {  // on SQLite one writes at a time
        INFO(kind);
        life_shop shop{kind};
        const auto sale = shop.sale(3, 1, 1h);
        auto other_server = shop.record().begin(db::access::write);
        REQUIRE(catalog::announce_opened(*other_server, sale, shop.clock().now() + 1h, "KRW"));
        std::string answer;
        std::thread admin{[&] {
            catalog::sale_change cheaper;
            cheaper.price = money{1};
            const auto got = shop.run_elsewhere(
                shop.catalog().change_sale(sale, std::move(cheaper), shop.buyer(), {}));
            answer = got ? "changed" : std::string{to_string(got.error().code)};
        }};
        CHECK(market::testing::eventually([&] {
            return shop.count(db::sql{} << "SELECT COUNT(*) FROM information_schema.processlist"
                                           " WHERE info LIKE '%FOR UPDATE'") > 0;
        }));
        CHECK(other_server->commit() == db::commit_outcome::committed);
        admin.join();
        CHECK(answer == "sale_state");
        CHECK(shop.count(db::sql{} << "SELECT price FROM sales") == 900);
    }
}

TEST_CASE("counts and sales at once take no unit twice", "[order][sales]") {
    for (const auto& kind : db::test::database_kinds()) {
        INFO(kind);
        life_shop shop{kind};
        const auto counted = shop.product(10);
        const auto out = at_once(6, [&](std::size_t) {
            return shop.run_elsewhere(
                shop.catalog().adjust_stock(counted, -3, "lost", shop.buyer()));
        });
        CHECK(out.well == 3);
        CHECK(all_are(out, errc::stock_conflict));
        CHECK(shop.pool(pool_of(counted)).total == 1);

        const auto shared = shop.product(10);
        const auto sales = at_once(5, [&](std::size_t) {
            return shop.run_elsewhere(
                shop.catalog().create_sale(terms(shop, shared, 4), shop.buyer()));
        });
        CHECK(sales.well == 2);
        CHECK(all_are(sales, errc::stock_conflict));
        CHECK(shop.pool(pool_of(shared)).total == 2);
    }
}

TEST_CASE("a product is retired or put on sale, never both", "[order][sales]") {
    for (const auto& kind : db::test::database_kinds()) {
        INFO(kind);
        life_shop shop{kind};
        for (int round = 0; round < 5; ++round) {
            const auto product = shop.product(10);
            const auto both = at_once(2, [&](std::size_t i) -> result<void> {
                if (i == 0) return shop.run_elsewhere(shop.catalog().retire_product(product));
                const auto made = shop.run_elsewhere(
                    shop.catalog().create_sale(terms(shop, product, 4), shop.buyer()));
                if (!made) return made.error();
                return {};
            });
            CHECK(both.well == 1);
            REQUIRE(both.refusals.size() == 1);
            const bool is_on_sale = shop.count(db::sql{} << "SELECT COUNT(*) FROM sales WHERE"
                                                            " product_id = "
                                                         << product) == 1;
            CHECK(both.refusals.front() ==
                  (is_on_sale ? errc::product_on_sale : errc::product_not_found));
        }
    }
}
