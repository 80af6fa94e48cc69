/// The same words find the same products, in the same order, on every database.
#include "catalog/catalog_fixture.hpp"
#include "products/folded_text.hpp"
#include "support/backend.hpp"
#include "support/catch.hpp"

#include <boost/asio/use_future.hpp>

using namespace market;
using namespace market::catalog;
using namespace market::catalog::testing;

namespace {

/// A catalog on a database of that kind; sales have no gate there.
struct search_shop {
    explicit search_shop(std::unique_ptr<db::test::fresh_database> on) : home(std::move(on)) {}

    std::unique_ptr<db::test::fresh_database> home;
    std::unique_ptr<db::database> database = home->open_migrated();
    manual_clock clock;
    cuttable_gate gate{clock};
    plain_rebuilder rebuilder{*database, gate};
    worker_pool blocking{2, 64};
    std::unique_ptr<catalog_service> catalog =
        make_catalog_service({*database, blocking}, clock, gate, rebuilder, {.fresh_for = 0ms});

    product add(std::string name, std::string description = "", std::string category = "goods",
                std::int64_t price = 1'000) {
        new_product wanted{.name = std::move(name),
                           .description = std::move(description),
                           .category = std::move(category),
                           .price = money{price},
                           .image_url = {},
                           .stock = 1};
        return settle(catalog->create_product(std::move(wanted), make_id<user_id>())).value();
    }

    /// The names found, page after page.
    std::vector<std::string> found(product_search wanted, int limit = 100) {
        wanted.limit = limit;
        std::vector<std::string> out;
        for (;;) {
            const auto shown = settle(catalog->list_products(wanted)).value();
            for (const auto& item : shown->value.items) out.push_back(item.name);
            if (!shown->value.next_cursor) return out;
            wanted.after = read_product_cursor(*shown->value.next_cursor, wanted.sort).value();
        }
    }
    std::vector<std::string> found(const std::string& query) {
        product_search wanted;
        wanted.query = query;
        return found(wanted);
    }

    template <class T>
    static T settle(asio::awaitable<T> call) {
        asio::io_context context;
        auto out = asio::co_spawn(context, std::move(call), asio::use_future_t<>{});
        context.run();
        return out.get();
    }
};

std::unique_ptr<search_shop> on(const std::string& kind) {
    auto home = db::test::fresh_database::on(kind);
    return home ? std::make_unique<search_shop>(std::move(home)) : nullptr;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("words of Korean and English are found without case, in name or description",
          "[catalog][search]") {
    const auto shop = on(GENERATE("sqlite", "mysql", "mariadb"));
    if (!shop) return;
    shop->add("한정판 응원봉", "콘서트 한정. 건전지 포함.");
    shop->add("Tour HOODIE", "Heavy cotton, STRASSE print");
    shop->add("Café towel", "100%_cotton! soft");
    CHECK(shop->found("응원") == names{"한정판 응원봉"});
    CHECK(shop->found("건전지 한정판") == names{"한정판 응원봉"});
    CHECK(shop->found("hoodie") == names{"Tour HOODIE"});
    CHECK(shop->found("  COTTON\u3000ToUr ") == names{"Tour HOODIE"});
    CHECK(shop->found("straße") == names{"Tour HOODIE"});
    CHECK(shop->found("cafe\u0301") == names{"Café towel"});  // decomposed, as some systems type it
    CHECK(shop->found("CAFÉ") == names{"Café towel"});
    CHECK(shop->found("cafe").empty());
    CHECK(shop->found("응원 hoodie").empty());
    CHECK(shop->found("hoodieheavy").empty());  // no word goes across name and description
    CHECK(shop->found("").size() == 3);
    CHECK(shop->found(" \u00a0 ").size() == 3);
    CHECK(shop->found("%_") == names{"Café towel"});
    CHECK(shop->found("0%_c") == names{"Café towel"});
    CHECK(shop->found("_").size() == 1);
    CHECK(shop->found("!") == names{"Café towel"});
    CHECK(shop->found("'\\").empty());
}

TEST_CASE("a conjoining Korean name is found by its syllables", "[catalog][search]") {
    const auto shop = on(GENERATE("sqlite", "mysql", "mariadb"));
    if (!shop) return;
    shop->add("\u1112\u1161\u11ab\u110c\u1165\u11bc");  // 한정, as macOS names files
    CHECK(shop->found("한정").size() == 1);
}

TEST_CASE("products are sorted alike everywhere, and pages lose and repeat nothing",
          "[catalog][search]") {
    const auto shop = on(GENERATE("sqlite", "mysql", "mariadb"));
    if (!shop) return;
    const names made{"b", "a ", "a", "B", "é", "한", "a!", "\U0001F600", "a", "\uFF21"};
    std::int64_t price = 0;
    for (const auto& name : made) shop->add(name, "", "goods", ++price % 3);
    auto by_name = made;
    std::ranges::sort(by_name);  // UTF-8 bytes sort as code points do
    auto newest = made;
    std::ranges::reverse(newest);
    product_search wanted;
    for (const int limit : {1, 3, 100}) {
        INFO("limit " << limit);
        CHECK(shop->found(wanted, limit) == newest);
        wanted.sort = product_sort::name;
        CHECK(shop->found(wanted, limit) == by_name);
        wanted.sort = product_sort::price;
        const auto cheap = shop->found(wanted, limit);
        // Prices are 1 2 0 1 2 0 1 2 0 1; of one price the older goes first.
        CHECK(cheap == names{made[2], made[5], made[8], made[0], made[3], made[6], made[9], made[1],
                             made[4], made[7]});
        wanted.sort = product_sort::price_down;
        auto dear = shop->found(wanted, limit);
        std::ranges::reverse(dear);
        CHECK(dear == cheap);
        wanted.sort = product_sort::newest;
    }
}

TEST_CASE("a category is just that, to the space at its end", "[catalog][search]") {
    const auto shop = on(GENERATE("sqlite", "mysql", "mariadb"));
    if (!shop) return;
    shop->add("one", "", "prints");
    shop->add("two", "", "prints ");
    shop->add("three", "", "Prints");
    product_search wanted;
    wanted.category = "prints";
    CHECK(shop->found(wanted) == names{"one"});
    wanted.query = "TWO";
    CHECK(shop->found(wanted).empty());
    wanted.category = "prints ";
    CHECK(shop->found(wanted) == names{"two"});
}

TEST_CASE("a cursor belongs to its sort, and a forged one is refused", "[catalog][search]") {
    product last;
    last.name = "한";
    last.price = money{7};
    last.id = make_id<product_id>();
    const std::vector sorts{product_sort::newest, product_sort::price, product_sort::price_down,
                            product_sort::name};
    for (const auto made : sorts) {
        for (const auto read : sorts) {
            const auto position = read_product_cursor(make_product_cursor(last, made), read);
            CHECK(position.has_value() == (made == read));
            if (position) CHECK(position->id == last.id);
        }
    }
    last.name = "\xff";
    CHECK(read_product_cursor(make_product_cursor(last, product_sort::name), product_sort::name)
              .has_error());
    last.name = std::string(1, '\0');
    CHECK(read_product_cursor(make_product_cursor(last, product_sort::name), product_sort::name)
              .has_error());
    for (const auto* forged : {"", "x", "ZA", "cAAAAAAAAAAAAAAAAAAAAAAA", "nonsense!"}) {
        for (const auto sort : sorts) CHECK(read_product_cursor(forged, sort).has_error());
    }
}

TEST_CASE("text is folded and composed", "[catalog][search]") {
    CHECK(folded("ÀÉ STRASSE ß ﬁ") == "àé strasse ss fi");
    CHECK(folded("e\u0301") == "\u00e9");
    CHECK(folded_words(" a\tB\u2003c ") == names{"a", "b", "c"});
    CHECK(folded_words("").empty());
}
