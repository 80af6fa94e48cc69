#include "pages/page_cache.hpp"
#include "catalog/catalog_fixture.hpp"
#include "support/catch.hpp"

#include <boost/asio/detached.hpp>

using namespace market;
using namespace market::catalog;
using namespace market::catalog::testing;

namespace {

struct no_source {};
using cache_of_products = page_cache<product, no_source>;

/// A page_cache whose renderers wait until the test lets them go.
struct page_cache_fixture : market::testing::sqlite_shop {
    manual_clock clock;
    worker_pool blocking{1, 64};
    version_watch versions{{database(), blocking}, 1h};  // asked once
    cache_of_products pages{versions, clock, 100ms};
    asio::io_context context{1};
    int renderings = 0;
    std::vector<result<rendered_ptr<product>>> answers;

    cache_of_products::renderer renderer(std::shared_ptr<one_shot> until, std::string name) {
        return [this, until, name](std::shared_ptr<const no_source>)
                   -> asio::awaitable<result<cache_of_products::rendering>> {
            ++renderings;
            if (until) co_await until->wait(deadline::max());
            if (name.empty()) co_return failure{errc::product_not_found, "none"};
            product out;
            out.name = name;
            co_return cache_of_products::rendering{render(std::move(out), "KRW")};
        };
    }
    void ask(std::string key, cache_of_products::renderer render) {
        asio::co_spawn(context, keep(std::move(key), std::move(render)), asio::detached);
    }
    /// Runs what can run, until `count` renderings have begun.
    void run_until_begun(int count) {
        context.restart();
        while (renderings < count) context.run_one();
        context.poll();
    }
    void run() {
        context.restart();
        context.run();
    }

private:
    asio::awaitable<void> keep(std::string key, cache_of_products::renderer render) {
        auto got = co_await pages.get(std::move(key), std::move(render));
        answers.push_back(std::move(got));
    }
};

}  // namespace

TEST_CASE("all who ask meanwhile share one rendering, also of a failure", "[catalog][rendered]") {
    page_cache_fixture here;
    here.ask("first", here.renderer(nullptr, "warm"));  // so that the catalog's version is known
    here.run();
    here.renderings = 0;
    for (const std::string name : {"page", ""}) {
        INFO("page: " << name);
        here.answers.clear();
        const auto before = here.renderings;
        auto until = std::make_shared<one_shot>();
        for (int i = 0; i < 20; ++i) here.ask("key " + name, here.renderer(until, name));
        here.run_until_begun(before + 1);
        until->set();
        here.run();
        CHECK(here.renderings == before + 1);
        REQUIRE(here.answers.size() == 20);
        for (const auto& one : here.answers) CHECK(one.has_value() == !name.empty());
    }
}

TEST_CASE("who asks after a change does not get what was begun before it", "[catalog][rendered]") {
    page_cache_fixture here;
    here.ask("first", here.renderer(nullptr, "warm"));
    here.run();
    here.answers.clear();
    here.renderings = 0;
    auto until = std::make_shared<one_shot>();
    here.ask("key", here.renderer(until, "old"));
    here.run_until_begun(1);
    here.versions.note_own_change();
    here.ask("key", here.renderer(nullptr, "new"));
    here.run_until_begun(2);
    until->set();
    here.run();
    REQUIRE(here.answers.size() == 2);
    CHECK(here.answers[0].value()->value.name == "new");
    CHECK(here.answers[1].value()->value.name == "old");
    // And the late one does not take the place of the new one.
    here.ask("key", here.renderer(nullptr, "newer"));
    here.run();
    CHECK(here.answers[2].value()->value.name == "new");
}

TEST_CASE("a page cache is bounded", "[catalog][rendered]") {
    page_cache_fixture here;
    for (int i = 0; i < 1'024; ++i) here.ask(std::to_string(i), here.renderer(nullptr, "page"));
    here.run();
    here.renderings = 0;
    here.ask("one more", here.renderer(nullptr, "page"));
    here.run();
    here.ask("0", here.renderer(nullptr, "page"));
    here.run();
    CHECK(here.renderings == 2);

    here.clock.advance(1s);
    page_cache_fixture large;
    for (int i = 0; i < 4; ++i)
        large.ask(std::to_string(i), large.renderer(nullptr, std::string(9 << 20, 'x')));
    large.run();
    large.renderings = 0;
    large.ask("0", large.renderer(nullptr, "page"));
    large.run();
    CHECK(large.renderings == 1);
}
