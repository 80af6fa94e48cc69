#include "support/backend.hpp"

#include "support/catch.hpp"

#include <stdexcept>

namespace market::db::test {
namespace {

sql insert(int id) { return sql{} << "INSERT INTO things (id) VALUES (" << id << ")"; }

std::int64_t count_in(transaction& tx) {
    return std::get<0>(*tx.query_one<std::int64_t>(sql{} << "SELECT count(*) FROM things"));
}

std::int64_t count(database& target) { return count_in(*target.begin(access::read)); }

}  // namespace

TEST_CASE("a transaction that is not committed leaves nothing", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    shop->begin(access::write)->execute(insert(1));
    CHECK(count(*shop) == 0);
    const auto tx = shop->begin(access::write);
    tx->execute(insert(2));
    CHECK(tx->commit() == commit_outcome::committed);
    CHECK(tx->commit() == commit_outcome::rolled_back);  // it is over: nothing more of it happens
    CHECK(count(*shop) == 1);
}

TEST_CASE("after a failed statement a commit keeps nothing of the transaction", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    const auto tx = shop->begin(access::write);
    tx->execute(insert(1));
    CHECK_THROWS_AS(tx->execute(insert(1)), db::error);
    CHECK_THROWS_AS(tx->execute(insert(2)), db::error);
    CHECK(tx->commit() == commit_outcome::rolled_back);
    CHECK(count(*shop) == 0);
}

TEST_CASE("after a lock timeout a commit keeps nothing of the transaction", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    options settings;
    settings.lock_timeout = std::chrono::seconds{1};
    const auto shop = fresh->open(settings);
    make_things(*shop);
    must_run(*shop, insert(1));
    const auto keeping = shop->begin(access::write);
    keeping->execute(sql{} << "UPDATE things SET amount = 1 WHERE id = 1");
    const auto tx = shop->begin(access::write);
    tx->execute(insert(2));
    CHECK_THROWS_AS(tx->execute(sql{} << "UPDATE things SET amount = 2 WHERE id = 1"), db::error);
    CHECK(tx->commit() == commit_outcome::rolled_back);
    CHECK(count(*shop) == 1);
}

TEST_CASE("readers go on while a writer is at work and see what is committed", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    const auto before = shop->begin(access::snapshot);
    CHECK(count_in(*before) == 0);
    const auto writing = shop->begin(access::write);
    writing->execute(insert(1));
    CHECK(count_in(*writing) == 1);
    CHECK(count(*shop) == 0);
    CHECK(writing->commit() == commit_outcome::committed);
    CHECK(count(*shop) == 1);
    CHECK(count_in(*before) == 0);
}

TEST_CASE("how many rows a statement found is told, changed or not", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    const auto tx = shop->begin(access::write);
    CHECK(tx->execute(sql{} << "INSERT INTO things (id, amount) VALUES (1, 5), (2, 5), (3, 5)") ==
          3);
    CHECK(tx->execute(sql{} << "UPDATE things SET amount = 5 WHERE id < 3") == 2);
    CHECK(tx->execute(sql{} << "DELETE FROM things WHERE id > 7") == 0);
    CHECK(tx->execute(sql{} << "DELETE FROM things") == 3);
}

TEST_CASE("a whole unit of work commits on a value and rolls back on an error or exception",
          "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    const auto kept =
        shop->write([](transaction& tx) -> result<std::int64_t> { return tx.execute(insert(1)); });
    CHECK(kept.value() == 1);
    const auto refused = shop->write([](transaction& tx) -> result<int> {
        tx.execute(insert(2));
        return failure{errc::sold_out, "gone"};
    });
    CHECK(refused.error().code == errc::sold_out);
    const auto throwing = [](transaction& tx) -> result<int> {
        tx.execute(insert(3));
        throw std::domain_error("of the caller");
    };
    CHECK_THROWS_AS(shop->write(throwing), std::domain_error);
    const auto broken =
        shop->write([](transaction& tx) -> result<std::int64_t> { return tx.execute(insert(1)); });
    CHECK(broken.error().code == errc::internal);
    CHECK(
        shop->read([](transaction& tx) -> result<std::int64_t> { return count_in(tx); }).value() ==
        1);
}

TEST_CASE("a victim runs again from the start, five times at most", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto why = GENERATE(cause::deadlock, cause::lock_timeout);
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    const auto shop = fresh->open();
    make_things(*shop);
    int runs = 0;
    int victim_until = 3;
    const auto work = [&](transaction& tx) -> result<int> {
        tx.execute(insert(1));
        if (++runs < victim_until) throw db::error(why, "victim");
        return runs;
    };
    CHECK(shop->write(work).value() == 3);
    CHECK(count(*shop) == 1);
    must_run(*shop, sql{} << "DELETE FROM things");
    runs = 0;
    victim_until = 1000;
    CHECK(shop->write(work).error().code == errc::database_unavailable);
    CHECK(runs == 5);
    CHECK(count(*shop) == 0);
}

TEST_CASE("sessions are bounded, and who waits in vain is told so", "[db]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql", "mariadb");
    const auto fresh = fresh_database::on(which);
    if (!fresh) return;
    options settings;
    settings.sessions_max = 2;
    settings.session_wait_max = std::chrono::milliseconds{30};
    const auto shop = fresh->open(settings);
    auto first = shop->begin(access::read);
    const auto second = shop->begin(access::read);
    try {
        shop->begin(access::read);
        FAIL("there was a third session");
    } catch (const db::error& refused) {
        CHECK(refused.why() == cause::unavailable);
    }
    first.reset();
    CHECK_NOTHROW(shop->begin(access::read));
}

}  // namespace market::db::test
