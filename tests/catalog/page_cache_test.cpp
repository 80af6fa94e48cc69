#include "page_cache.hpp"
#include "catalog/catalog_fixture.hpp"
#include "support/catch.hpp"

#include <boost/asio/detached.hpp>

using namespace market;
using namespace market::catalog;
using namespace market::catalog::testing;

namespace {

struct nothing {};
using cache_of_products = page_cache<product, nothing>;

/// A page_cache whose makers wait until they are let go.
struct library : market::testing::sqlite_shop {
    manual_clock clock;
    worker_pool blocking{1, 64};
    version_watch versions{{database(), blocking}, 1h};  // asked once
    cache_of_products pages{versions, clock, 100ms};
    asio::io_context context{1};
    int made = 0;
    std::vector<result<rendered_ptr<product>>> answers;

    cache_of_products::maker maker(std::shared_ptr<one_shot> until, std::string name) {
        return [this, until, name](std::shared_ptr<const nothing>)
                   -> asio::awaitable<result<cache_of_products::made>> {
            ++made;
            if (until) co_await until->wait(deadline::max());
            if (name.empty()) co_return failure{errc::product_not_found, "none"};
            product out;
            out.name = name;
            co_return cache_of_products::made{render(std::move(out), "KRW")};
        };
    }
    void ask(std::string key, cache_of_products::maker make) {
        asio::co_spawn(context, keep(std::move(key), std::move(make)), asio::detached);
    }
    /// Runs what can run, until `count` makers were begun.
    void run_until_made(int count) {
        context.restart();
        while (made < count) context.run_one();
        context.poll();
    }
    void run() {
        context.restart();
        context.run();
    }

private:
    asio::awaitable<void> keep(std::string key, cache_of_products::maker make) {
        auto got = co_await pages.show(std::move(key), std::move(make));
        answers.push_back(std::move(got));
    }
};

}  // namespace

TEST_CASE("all who ask meanwhile share one making, also of a failure", "[catalog][rendered]") {
    library here;
    here.ask("first", here.maker(nullptr, "warm"));  // so that the catalog's version is known
    here.run();
    here.made = 0;
    for (const std::string name : {"page", ""}) {
        INFO("made: " << name);
        here.answers.clear();
        const auto before = here.made;
        auto until = std::make_shared<one_shot>();
        for (int i = 0; i < 20; ++i) here.ask("key " + name, here.maker(until, name));
        here.run_until_made(before + 1);
        until->set();
        here.run();
        CHECK(here.made == before + 1);
        REQUIRE(here.answers.size() == 20);
        for (const auto& one : here.answers) CHECK(one.has_value() == !name.empty());
    }
}

TEST_CASE("who asks after a change does not get what was begun before it", "[catalog][rendered]") {
    library here;
    here.ask("first", here.maker(nullptr, "warm"));
    here.run();
    here.answers.clear();
    here.made = 0;
    auto until = std::make_shared<one_shot>();
    here.ask("key", here.maker(until, "old"));
    here.run_until_made(1);
    here.versions.changed();
    here.ask("key", here.maker(nullptr, "new"));
    here.run_until_made(2);
    until->set();
    here.run();
    REQUIRE(here.answers.size() == 2);
    CHECK(here.answers[0].value()->value.name == "new");
    CHECK(here.answers[1].value()->value.name == "old");
    // And the late one does not take the place of the new one.
    here.ask("key", here.maker(nullptr, "newer"));
    here.run();
    CHECK(here.answers[2].value()->value.name == "new");
}

TEST_CASE("a shelf is bounded", "[catalog][rendered]") {
    library here;
    for (int i = 0; i < 1'024; ++i) here.ask(std::to_string(i), here.maker(nullptr, "page"));
    here.run();
    here.made = 0;
    here.ask("one more", here.maker(nullptr, "page"));
    here.run();
    here.ask("0", here.maker(nullptr, "page"));
    here.run();
    CHECK(here.made == 2);

    here.clock.advance(1s);
    library large;
    for (int i = 0; i < 4; ++i)
        large.ask(std::to_string(i), large.maker(nullptr, std::string(9 << 20, 'x')));
    large.run();
    large.made = 0;
    large.ask("0", large.maker(nullptr, "page"));
    large.run();
    CHECK(large.made == 1);
}
