#include "support/backend.hpp"

#include "support/catch.hpp"

#include <market/db/migrator.hpp>

#include <barrier>
#include <thread>

namespace market::db::test {
namespace {

std::size_t applied_count(database& target) {
    const auto states = migration_status(target);
    REQUIRE(states.has_value());
    return static_cast<std::size_t>(std::count_if(states->begin(), states->end(),
                                                  [](const auto& state) { return state.applied; }));
}

std::size_t known_count(database& target) { return migration_status(target)->size(); }

}  // namespace

TEST_CASE("migrating applies everything once, in order, and says so", "[db][migrator]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    CHECK(applied_count(*shop) == 0);
    const auto first = migrate(*shop);
    REQUIRE(first.has_value());
    CHECK(first->size() == known_count(*shop));
    CHECK(std::is_sorted(first->begin(), first->end()));
    CHECK(applied_count(*shop) == first->size());
    const auto second = migrate(*shop);
    REQUIRE(second.has_value());
    CHECK(second->empty());
    CHECK(shop->begin(access::read)
              ->query<std::int64_t>(sql{} << "SELECT count(*) FROM pools")
              .size() == 1);
}

TEST_CASE("of many that migrate at once one works and the others wait", "[db][migrator]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    constexpr int callers = 6;
    std::barrier together{callers};
    std::atomic<std::size_t> applied{0};
    std::atomic<int> failed{0};
    std::vector<std::thread> crowd;
    for (int i = 0; i < callers; ++i) {
        crowd.emplace_back([&] {
            const auto mine = fresh->open();  // as another process would
            together.arrive_and_wait();
            const auto done = migrate(*mine);
            if (done)
                applied += done->size();
            else
                ++failed;
        });
    }
    for (auto& one : crowd) one.join();
    CHECK(failed == 0);
    CHECK(applied == known_count(*fresh->open()));
}

TEST_CASE("a database with a migration that is not known here is of a newer version",
          "[db][migrator]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    REQUIRE(migrate(*shop).has_value());
    must_run(*shop, sql{} << "INSERT INTO schema_migrations VALUES ('9901_future', 'f00d', 1, 1)");
    for (const auto& refused : {migrate(*shop).error(), migration_status(*shop).error()}) {
        CHECK(refused.code == errc::internal);
        CHECK(refused.detail ==
              "the database is of a newer version (it has the migration 9901_future)");
    }
}

TEST_CASE("a migration that was changed after it was applied is refused by name",
          "[db][migrator]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    REQUIRE(migrate(*shop).has_value());
    must_run(*shop,
             sql{} << "UPDATE schema_migrations SET checksum = 'other' WHERE name = '0201_pools'");
    const auto refused = migrate(*shop);
    REQUIRE(refused.has_error());
    CHECK(refused.error().detail.find("0201_pools") != std::string::npos);
    CHECK(refused.error().detail.find("differs") != std::string::npos);
}

TEST_CASE("a crash between a statement and its note is carried on", "[db][migrator]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    REQUIRE(migrate(*shop).has_value());
    // The table, an index and a first row are there, their notes are not.
    must_run(*shop, sql{} << "UPDATE schema_migrations SET finished_at = NULL, checksum = 'draft' "
                             "WHERE name IN ('0201_pools', '0202_pools_by_product')");
    // This one had not been run.
    must_run(
        *shop,
        sql{} << "UPDATE schema_migrations SET finished_at = NULL WHERE name = '0410_deliveries'");
    must_run(*shop, sql{} << "DROP TABLE deliveries");
    CHECK(applied_count(*shop) == known_count(*shop) - 3);
    const auto resumed = migrate(*shop);
    REQUIRE(resumed.has_value());
    CHECK(*resumed ==
          std::vector<std::string>{"0201_pools", "0202_pools_by_product", "0410_deliveries"});
    CHECK(applied_count(*shop) == known_count(*shop));
    CHECK(shop->begin(access::read)
              ->query<std::int64_t>(sql{} << "SELECT count(*) FROM deliveries")
              .size() == 1);
}

TEST_CASE("a table that is there before its migration was ever started is an error",
          "[db][migrator]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    must_run(*shop, sql{} << "CREATE TABLE pools (id INTEGER)");
    const auto refused = migrate(*shop);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::internal);
    CHECK(refused.error().detail.find("0201_pools") != std::string::npos);
}

TEST_CASE("a file that another process writes is unavailable only until it is done", "[db]") {
    const auto fresh = fresh_database::on("sqlite");
    options settings;
    settings.session_wait_max = std::chrono::milliseconds{50};
    settings.lock_timeout = std::chrono::milliseconds{50};
    const auto shop = fresh->open(settings);
    const auto other = fresh->open();
    auto holding = other->begin(access::write);
    const auto refused = shop->write([](transaction&) -> result<int> { return 1; });
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::database_unavailable);
    holding.reset();
    CHECK(migrate(*shop).has_value());
}

}  // namespace market::db::test
