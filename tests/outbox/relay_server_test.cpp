/// The relay on MySQL and MariaDB, where others write while it deletes.
#include <market/outbox/relay.hpp>

#include "outbox/outbox_fixture.hpp"
#include "support/backend.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/faulty_database.hpp"

using namespace market;
using namespace market::outbox;
using namespace market::outbox::testing;
using market::testing::eventually;

namespace {

tally counts(db::database& of) {
    return of.read([](db::transaction& tx) -> result<tally> { return read_tally(tx); }).value();
}

void add(db::database& to, const std::vector<event>& events) {
    to.write([&](db::transaction& tx) -> result<void> {
          append(tx, events);
          return {};
      }).value();
}

}  // namespace

TEST_CASE("a purchase that is still open holds up no relay, and no relay a purchase",
          "[outbox][relay][server]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = db::test::fresh_database::on(which);
    if (!fresh) return;
    const auto database = fresh->open_migrated();
    destination where;
    const auto moving = make_relay(*database, std::make_unique<recording_publisher>(where));
    add(*database, make_events(20));
    // A row between those that the relay will find. The server ends idle writers after 5 s.
    const auto open = database->begin(db::access::write);
    append(*open, make_events(1));
    add(*database, make_events(3000));
    moving->start();
    REQUIRE(eventually([&] { return counts(*database).published == 3020; }, 3s));
    append(*open, make_events(1));
    REQUIRE(open->commit() == db::commit_outcome::committed);
    REQUIRE(eventually([&] { return counts(*database).published == 3022; }));
    CHECK(counts(*database).waiting == 0);
    CHECK(moving->healthy());
}

TEST_CASE("refused events are set aside and tried again on a server too",
          "[outbox][relay][server]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = db::test::fresh_database::on(which);
    if (!fresh) return;
    const auto database = fresh->open_migrated();
    destination where;
    std::atomic<bool> refuse{true};
    where.behave([&](std::span<const event> batch) -> result<publisher::outcome> {
        publisher::outcome out{{}, "too large"};
        for (const auto& each : batch)
            out.outcomes.push_back(refuse && each.subject == "b" ? delivery_outcome::refused
                                                                 : delivery_outcome::delivered);
        return out;
    });
    add(*database, {make_event("a"), make_event("b"), make_event("b")});
    auto moving = make_relay(*database, std::make_unique<recording_publisher>(where));
    moving->start();
    REQUIRE(eventually([&] { return counts(*database).waiting == 0; }));
    CHECK(counts(*database).parked == 2);
    moving->stop(20s);
    refuse = false;
    moving = make_relay(*database, std::make_unique<recording_publisher>(where));
    moving->start();
    REQUIRE(eventually([&] { return counts(*database).published == 3; }));
    CHECK(counts(*database).parked == 0);
}

TEST_CASE("of one subject nothing overtakes what was committed before it",
          "[outbox][relay][server]") {
    const auto which = GENERATE(as<std::string>{}, "mysql", "mariadb");
    const auto fresh = db::test::fresh_database::on(which);
    if (!fresh) return;
    const auto real = fresh->open_migrated();
    // The lowest number is committed when the relay has read beyond it, and its successor then.
    const auto early = real->begin(db::access::write);
    const auto first = make_event("order");
    append(*early, std::vector{first});
    add(*real, make_events(600));
    const auto second = make_event("order");
    db::test::faulty_database database{*real};
    database.after_select("outbox WHERE parked = 0", [&] {
        CHECK(early->commit() == db::commit_outcome::committed);
        add(*real, {second});
    });
    destination where;
    const auto moving = make_relay(database, std::make_unique<recording_publisher>(where));
    moving->start();
    REQUIRE(eventually([&] { return counts(*real).published == 602; }));
    std::vector<event_id> of_order;
    for (const auto& each : where.seen())
        if (each.subject == "order") of_order.push_back(each.ce_id);
    CHECK(of_order == std::vector{first.ce_id, second.ce_id});
}
