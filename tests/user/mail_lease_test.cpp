/// Who may take a mail off the list: the one that has its lease, and no one that had it before.
#include "mail/mail_queries.hpp"
#include "support/backend.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <thread>

using namespace market;
using namespace market::user;
using namespace std::chrono_literals;

namespace {

template <class Work>
auto committed(db::database& record, Work work) {
    return record.write(work).value();
}

void append(db::database& record, std::chrono::seconds life = 600s) {
    committed(record, [&](db::transaction& tx) -> result<void> {
        const waiting_mail one{make_id<mail_id>(), mail_kind::signup_code, "a@b.c", {}, "key"};
        append_mail(tx, one, life);
        return {};
    });
}

std::vector<waiting_mail> lease(db::database& record) {
    return committed(record, [](db::transaction& tx) -> result<std::vector<waiting_mail>> {
        return lease_mails(tx, 16, 30s);
    });
}

void let_leases_run_out(db::database& record) {
    db::test::must_run(record, db::sql{} << "UPDATE mails SET due_at = 0");
}

std::int64_t count(db::database& record) {
    const auto tx = record.begin(db::access::read);
    return std::get<0>(*tx->query_one<std::int64_t>(db::sql{} << "SELECT count(*) FROM mails"));
}

}  // namespace

TEST_CASE("a mail is one server's until its lease is over", "[user][mail]") {
    const auto which = GENERATE(as<std::string>{}, "sqlite", "mysql");
    const auto fresh = db::test::fresh_database::on(which);
    if (!fresh) return;
    const auto record = fresh->open_migrated();
    append(*record);

    const auto first = lease(*record);
    REQUIRE(first.size() == 1);
    CHECK(first.front().attempts == 1);
    CHECK_FALSE(first.front().is_late);
    CHECK(lease(*record).empty());
    let_leases_run_out(*record);
    const auto second = lease(*record);
    REQUIRE(second.size() == 1);
    CHECK(second.front().attempts == 2);

    // The first comes back from wherever it hung: it has nothing to say any more.
    const auto put_off = [&](const waiting_mail& one) {
        committed(*record, [&](db::transaction& tx) -> result<void> {
            put_off_mail(tx, one, 0ms);
            return {};
        });
    };
    const auto remove = [&](const waiting_mail& one) {
        committed(*record, [&](db::transaction& tx) -> result<void> {
            remove_mail(tx, one);
            return {};
        });
    };
    put_off(first.front());
    CHECK(lease(*record).empty());
    remove(first.front());
    CHECK(count(*record) == 1);

    put_off(second.front());
    const auto third = lease(*record);
    REQUIRE(third.size() == 1);
    remove(third.front());
    CHECK(count(*record) == 0);
}

TEST_CASE("a mail whose code has run out is late", "[user][mail]") {
    const auto fresh = db::test::fresh_database::on("sqlite");
    const auto record = fresh->open_migrated();
    append(*record, 0s);
    CHECK(lease(*record).at(0).is_late);
}

TEST_CASE("of two servers that find one mail at once one gets it", "[user][mail]") {
    const auto fresh = db::test::fresh_database::on("mysql");
    if (!fresh) return;
    const auto record = fresh->open_migrated();
    append(*record);

    const auto first = record->begin(db::access::write);
    CHECK(lease_mails(*first, 16, 30s).size() == 1);
    std::vector<waiting_mail> second;
    std::jthread other{[&] { second = lease(*record); }};
    // It has seen the row as it was, and waits for it.
    db::test::administrator root{fresh->server()};
    const auto waiting = "SELECT id FROM information_schema.processlist WHERE db = '" +
                         fresh->name() + "' AND info LIKE 'UPDATE mails%'";
    CHECK(market::testing::eventually([&] { return !root.column(waiting).empty(); }));
    CHECK(first->commit() == db::commit_outcome::committed);
    other.join();
    CHECK(second.empty());
}
