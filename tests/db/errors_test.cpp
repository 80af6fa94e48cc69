#include "support/backend.hpp"

#include "support/catch.hpp"

#include <fstream>
#include <thread>

namespace market::db::test {
namespace {

/// The cause with which `work` fails; empty when it does not.
template <class Work>
std::optional<cause> cause_of(Work work) {
    try {
        work();
    } catch (const db::error& failed) {
        return failed.why();
    }
    return std::nullopt;
}

std::optional<cause> cause_of_statement(database& target, const sql& statement) {
    return cause_of([&] { target.begin(access::write)->execute(statement); });
}

std::optional<cause> cause_of_begin(const std::string& url, const options& settings = {}) {
    return cause_of([&] { db::open(url, settings).value()->begin(access::write); });
}

}  // namespace

TEST_CASE("a broken rule of the schema is told by its cause", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    must_run(*shop, sql{} << "INSERT INTO things (id, amount) VALUES (1, 1)");
    CHECK(cause_of_statement(*shop, sql{} << "INSERT INTO things (id) VALUES (1)") ==
          cause::unique_violation);
    CHECK(cause_of_statement(*shop, sql{} << "UPDATE things SET amount = amount - 2") ==
          cause::check_violation);
    CHECK(cause_of_statement(*shop, sql{} << "INSERT INTO things (id, grade) VALUES (3, NULL)") ==
          cause::data_error);
    CHECK(
        cause_of_statement(*shop, sql{} << "INSERT INTO things (id, amount) VALUES (3, 'many')") ==
        cause::data_error);
    CHECK(cause_of_statement(
              *shop, sql{} << "INSERT INTO things (id, amount) VALUES (3, 9223372036854775808)") ==
          cause::data_error);
    CHECK(cause_of_statement(*shop, sql{} << "SELEC") == cause::other);
}

TEST_CASE("a text longer than its column is a data error, not a shorter text", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    const auto insert = [&](const std::string& label) {
        return cause_of_statement(
            *shop, sql{} << "INSERT INTO things (id, label) VALUES (1, " << label << ")");
    };
    CHECK(insert("한국어한국어한국어한") == std::nullopt);  // ten characters
    CHECK(insert("eleven char") == cause::data_error);
    CHECK(insert("\xC3\x28") == cause::data_error);  // not UTF-8
}

TEST_CASE("an error's message holds neither the statement nor its values", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    const std::string secret = "s3cr3t";
    for (const auto& statement :
         {sql{} << "INSERT INTO things (id, amount) VALUES (1, " << secret << ")",
          sql{} << "INSERT INTO things (id, body) VALUES (77001, x'00'), (77001, x'00')",
          sql{} << "SELEC " << secret}) {
        try {
            shop->begin(access::write)->execute(statement);
            FAIL("the statement went through");
        } catch (const db::error& failed) {
            const std::string message = failed.what();
            CHECK(message.find(secret) == std::string::npos);
            CHECK(message.find("77001") == std::string::npos);
            CHECK(message.find("SELEC") == std::string::npos);
        }
    }
}

TEST_CASE("of two transactions that wait for each other one is the victim", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    must_run(*shop, sql{} << "INSERT INTO things (id, amount) VALUES (1, 1), (2, 2)");
    auto first = shop->begin(access::write);
    auto second = shop->begin(access::write);
    first->execute(sql{} << "UPDATE things SET amount = 10 WHERE id = 1");
    second->execute(sql{} << "UPDATE things SET amount = 20 WHERE id = 2");
    std::optional<cause> of_second;
    std::thread waiting{[&] {
        of_second = cause_of(
            [&] { second->execute(sql{} << "UPDATE things SET amount = 20 WHERE id = 1"); });
        if (of_second) second.reset();
    }};
    const auto of_first =
        cause_of([&] { first->execute(sql{} << "UPDATE things SET amount = 10 WHERE id = 2"); });
    if (of_first) first.reset();
    waiting.join();
    CHECK((of_first == cause::deadlock) != (of_second == cause::deadlock));
    CHECK((of_first == std::nullopt) != (of_second == std::nullopt));
}

TEST_CASE("a row that another transaction keeps is a lock timeout", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    options settings;
    settings.lock_timeout = std::chrono::seconds{1};
    const auto shop = fresh->open(settings);
    make_things(*shop);
    must_run(*shop, sql{} << "INSERT INTO things (id) VALUES (1)");
    const auto keeping = shop->begin(access::write);
    keeping->execute(sql{} << "UPDATE things SET amount = 1");
    CHECK(cause_of_statement(*shop, sql{} << "UPDATE things SET amount = 2") ==
          cause::lock_timeout);
}

TEST_CASE("a transaction begun for reading refuses to write", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    for (const auto mode : {access::read, access::snapshot}) {
        CHECK(cause_of([&] {
                  shop->begin(mode)->execute(sql{} << "INSERT INTO things (id) VALUES (1)");
              }) == cause::read_only);
    }
    CHECK(cause_of_statement(*shop, sql{} << "INSERT INTO things (id) VALUES (1)") == std::nullopt);
}

TEST_CASE("a server that cannot be reached is unavailable, one that refuses says so", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    auto wrong_password = fresh->server();
    wrong_password.password = "wr%27ong%5C";
    CHECK(cause_of_begin(wrong_password.url(fresh->name())) == cause::refused);
    CHECK(cause_of_begin(fresh->server().url("no_such_database")) == cause::refused);
    CHECK(cause_of_begin("mysql://a:b@127.0.0.1:1/x") == cause::unavailable);
    CHECK(cause_of_begin("mysql://a:b@no-such-host.invalid/x") == cause::unavailable);
    const auto shop = db::open("mysql://a:hidden@127.0.0.1:1/x").value();
    const auto refused = shop->read([](transaction&) -> result<int> { return 1; });
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::database_unavailable);
    CHECK(refused.error().detail.find("hidden") == std::string::npos);
}

TEST_CASE("a password may hold what a connection string or a URL would trip over", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    administrator root{fresh->server()};
    auto account = fresh->server();
    account.user = fresh->name().substr(0, 28);
    account.password = "p%27%5C%40%3A%2F%20%3D%22x";
    const auto name = "'" + account.user + "'@'%'";
    root.execute("CREATE USER " + name + " IDENTIFIED BY 'p''\\\\@:/ =\"x'");
    root.execute("GRANT ALL ON " + fresh->name() + ".* TO " + name);
    CHECK(cause_of_begin(account.url(fresh->name())) == std::nullopt);
    root.execute("DROP USER " + name);
}

TEST_CASE("an SQLite file that cannot be used is refused with the reason", "[db]") {
    const auto fresh = fresh_database::on("sqlite");
    const auto path = [&](const std::string& name) {
        return "sqlite:" + (fresh->folder() / name).string();
    };
    std::ofstream{fresh->folder() / "text.db"} << std::string(4096, 'x');
    std::filesystem::create_directory(fresh->folder() / "folder.db");
    const std::pair<std::string, std::string> table[] = {{"missing/test.db", "does not exist"},
                                                         {"text.db", "is not an SQLite database"},
                                                         {"folder.db", "is a folder"}};
    for (const auto& [name, reason] : table) {
        try {
            db::open(path(name)).value()->begin(access::write);
            FAIL(name << " was opened");
        } catch (const db::error& failed) {
            CHECK(failed.why() == cause::refused);
            CHECK(std::string{failed.what()}.find(reason) != std::string::npos);
        }
    }
    CHECK(cause_of_begin(path("with space = and %25 ; ' sign.db")) == std::nullopt);
    CHECK(std::filesystem::exists(fresh->folder() / "with space = and %25 ; ' sign.db"));
}

TEST_CASE("a database URL that is not one is refused without showing its password", "[db]") {
    const auto url = GENERATE(
        as<std::string>{}, "", "sqlite:", "sqlite::memory:", "sqlite:a\"b",
        "postgres://u:hidden@h/d", "mysql:", "mysql://u:hidden@/shop", "mysql://host/shop",
        "mysql://u:hidden@a%3Bb%3D1/shop", "mysql://u:hidden@host", "mysql://u:hidden@host/",
        "mysql://u:hidden@host/a/b", "mysql://u:hidden@host:0/d", "mysql://u:hidden@host:70000/d",
        "mysql://u:hidden@host/d?x=1", "mysql://u:hid den@host/d", "mysql://u:hidden%0A@host/d");
    CAPTURE(url);
    const auto refused = db::open(url);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::validation_failed);
    CHECK(!refused.error().detail.empty());
    CHECK(refused.error().detail.find("hid") == std::string::npos);
}

}  // namespace market::db::test
