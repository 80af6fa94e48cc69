/// A database as coroutines use it: work on the pool, the outcome back on the caller's thread.
#include "support/backend.hpp"
#include "support/catch.hpp"
#include "support/run_here.hpp"

#include <market/db/async_database.hpp>

#include <thread>

namespace market::db::test {
namespace {

using testing::settle_here;

struct async_shop {
    std::unique_ptr<fresh_database> fresh = fresh_database::on("sqlite");
    std::unique_ptr<database> record = fresh->open();
    worker_pool pool{1, 1};
    async_database records{*record, pool};
    async_shop() { make_things(*record); }
    ~async_shop() { pool.wait_until_idle(); }
};

sql insert_thing(int id) { return sql{} << "INSERT INTO things (id) VALUES (" << id << ")"; }

std::int64_t count_in(transaction& tx) {
    return std::get<0>(*tx.query_one<std::int64_t>(sql{} << "SELECT count(*) FROM things"));
}

result<std::int64_t> count_things(transaction& tx) { return count_in(tx); }

/// What `database.write(work)` comes to, and where the caller goes on after it.
template <class Work>
asio::awaitable<std::thread::id> thread_after(async_database database, Work work) {
    const auto done = co_await database.write(std::move(work));
    CHECK(done.has_value());
    co_return std::this_thread::get_id();
}

}  // namespace

TEST_CASE("a write runs on the pool, and its caller goes on where it was", "[db][async]") {
    async_shop shop;
    std::thread::id worker;
    auto work = [&worker](transaction& tx) -> result<void> {
        worker = std::this_thread::get_id();
        tx.execute(insert_thing(1));
        return {};
    };
    CHECK(settle_here(thread_after(shop.records, work)) == std::this_thread::get_id());
    CHECK(worker != std::this_thread::get_id());
    CHECK(settle_here(shop.records.read(count_things)).value() == 1);
}

TEST_CASE("a write that returns an error leaves nothing", "[db][async]") {
    async_shop shop;
    auto work = [](transaction& tx) -> result<void> {
        tx.execute(insert_thing(1));
        return failure{errc::order_state, "no"};
    };
    CHECK(settle_here(shop.records.write(work)).error().code == errc::order_state);
    CHECK(settle_here(shop.records.read(count_things)).value() == 0);
}

TEST_CASE("several transactions run in one turn of the pool", "[db][async]") {
    async_shop shop;
    auto work = [](database& record) -> result<std::int64_t> {
        must_run(record, insert_thing(1));
        return record.read(count_things);
    };
    CHECK(settle_here(shop.records.run(work)).value() == 1);
}

TEST_CASE("a snapshot sees one state", "[db][async]") {
    async_shop shop;
    auto work = [&shop](transaction& tx) -> result<std::int64_t> {
        const auto before = count_in(tx);
        must_run(*shop.record, insert_thing(1));
        return count_in(tx) - before;
    };
    CHECK(settle_here(shop.records.read(work, access::snapshot)).value() == 0);
}

TEST_CASE("work beyond the pool's queue is refused and not begun", "[db][async]") {
    async_shop shop;
    worker_pool full{1, 0};
    const async_database records{*shop.record, full};
    bool ran = false;
    auto work = [&ran](transaction&) -> result<void> {
        ran = true;
        return {};
    };
    CHECK(settle_here(records.read(work)).error().code == errc::overloaded);
    CHECK(settle_here(records.write(work)).error().code == errc::overloaded);
    CHECK_FALSE(ran);
}

}  // namespace market::db::test
