#include "cutting_proxy.hpp"
#include "support/backend.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"

namespace market::db::test {
namespace {

std::int64_t count(database& target) {
    const auto tx = target.begin(access::read);
    return std::get<0>(*tx->query_one<std::int64_t>(sql{} << "SELECT count(*) FROM things"));
}

/// Ends every session that uses this database, and waits until the server has done so.
void kill_sessions(const fresh_database& fresh) {
    administrator root{fresh.server()};
    const auto list =
        "SELECT id FROM information_schema.processlist WHERE db = '" + fresh.name() + "'";
    for (const auto& id : root.column(list)) root.execute("KILL " + id);
    REQUIRE(testing::eventually([&] { return root.column(list).empty(); }));
}

}  // namespace

TEST_CASE("a session killed in a transaction is lost, and nothing of it is kept", "[db][faults]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    {
        const auto tx = shop->begin(access::write);
        tx->execute(sql{} << "INSERT INTO things (id) VALUES (1)");
        kill_sessions(*fresh);
        try {
            tx->execute(sql{} << "INSERT INTO things (id) VALUES (2)");
            FAIL("the statement went through");
        } catch (const db::error& lost) {
            CHECK(lost.why() == cause::connection_lost);
        }
        CHECK(tx->commit() == commit_outcome::rolled_back);
    }
    CHECK(count(*shop) == 0);
    must_run(*shop, sql{} << "INSERT INTO things (id) VALUES (3)");
    CHECK(count(*shop) == 1);
}

TEST_CASE("a session killed before its COMMIT does not commit by reconnecting", "[db][faults]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    const auto tx = shop->begin(access::write);
    tx->execute(sql{} << "INSERT INTO things (id) VALUES (1)");
    kill_sessions(*fresh);
    CHECK(tx->commit() == commit_outcome::unknown);
    CHECK(count(*shop) == 0);
}

TEST_CASE("a unit of work whose session is lost answers unavailable, and the next one works",
          "[db][faults]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    bool killed = false;
    const auto work = [&](transaction& tx) -> result<std::int64_t> {
        if (!std::exchange(killed, true)) kill_sessions(*fresh);
        return tx.execute(sql{} << "INSERT INTO things (id) VALUES (1)");
    };
    CHECK(shop->write(work).error().code == errc::database_unavailable);
    CHECK(shop->write(work).value() == 1);
    CHECK(count(*shop) == 1);
}

TEST_CASE("sessions that died while idle are replaced unseen", "[db][faults]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    {
        const auto first = shop->begin(access::read);
        const auto second = shop->begin(access::write);
        const auto third = shop->begin(access::snapshot);
    }
    kill_sessions(*fresh);
    for (const auto mode : {access::read, access::snapshot, access::write})
        CHECK_NOTHROW(shop->begin(mode));
}

TEST_CASE("a connection cut in COMMIT leaves the outcome unknown, whatever it was",
          "[db][faults]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto when = GENERATE(cutting_proxy::cut::before_commit, cutting_proxy::cut::after_commit);
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto direct = fresh->open();
    make_things(*direct);
    cutting_proxy proxy{fresh->server().host, fresh->server().port};
    const auto shop = db::open(fresh->url_at(proxy.port())).value();

    const auto tx = shop->begin(access::write);
    tx->execute(sql{} << "INSERT INTO things (id) VALUES (1)");
    proxy.set(when);
    CHECK(tx->commit() == commit_outcome::unknown);

    // Whoever wants to know asks by a key; the lock of what is not settled yet makes him wait.
    const auto settle = direct->begin(access::write);
    const auto found =
        settle->query<std::int64_t>(sql{} << "SELECT id FROM things WHERE id = 1 FOR UPDATE");
    CHECK(found.size() == (when == cutting_proxy::cut::after_commit ? 1U : 0U));

    const auto again = shop->write([](transaction& more) -> result<std::int64_t> {
        return more.execute(sql{} << "INSERT INTO things (id) VALUES (2)");
    });
    CHECK(again.error().code == errc::outcome_unknown);
    proxy.set(cutting_proxy::cut::never);
    CHECK(shop->write([](transaction& more) -> result<std::int64_t> {
                  return more.execute(sql{} << "INSERT INTO things (id) VALUES (3)");
              })
              .value() == 1);
}

TEST_CASE("a server that stops answering is given up after the statement timeout", "[db][faults]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    options settings;
    settings.statement_timeout = std::chrono::seconds{1};
    const auto shop = fresh->open(settings);
    const auto started = std::chrono::steady_clock::now();
    try {
        shop->begin(access::write)->execute(sql{} << "DO SLEEP(30)");
        FAIL("the statement came back");
    } catch (const db::error& lost) {
        CHECK(lost.why() == cause::connection_lost);
    }
    CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds{10});
}

TEST_CASE("a writer that does nothing for five seconds loses its locks", "[db][faults]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    must_run(*shop, sql{} << "INSERT INTO things (id) VALUES (1)");
    const auto frozen = shop->begin(access::write);
    frozen->execute(sql{} << "UPDATE things SET amount = 1");
    const auto free_again = [&] {
        try {
            shop->begin(access::write)->execute(sql{} << "UPDATE things SET amount = 2");
            return true;
        } catch (const db::error&) {
            return false;
        }
    };
    CHECK(testing::eventually(free_again));
    CHECK_THROWS_AS(frozen->execute(sql{} << "UPDATE things SET amount = 3"), db::error);
}

}  // namespace market::db::test
