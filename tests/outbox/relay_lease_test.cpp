#include <market/outbox/relay.hpp>

#include "outbox/outbox_fixture.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

using namespace market;
using namespace market::outbox;
using namespace market::outbox::testing;
using market::testing::eventually;

namespace {

using relay_id = id<struct relay_tag>;

/// Two servers with one database, each with its relay and its way to the destination.
struct two_relays {
    outbox_shop shop;
    std::unique_ptr<db::database> other_database = db::open(shop.url()).value();
    destination first_where, second_where;
    std::unique_ptr<relay> first =
        make_relay(shop.database(), std::make_unique<recording_publisher>(first_where));
    std::unique_ptr<relay> second =
        make_relay(*other_database, std::make_unique<recording_publisher>(second_where));
};

/// Delivers everything, but not before `go_on`.
destination::behaviour frozen_until(latch& go_on) {
    return [&go_on](std::span<const event> batch) {
        go_on.wait();
        return destination::deliver_all(batch);
    };
}

void lend_to_another(outbox_shop& shop, std::int64_t until_micros) {
    shop.execute(db::sql{} << "UPDATE outbox_relay SET epoch = epoch + 1, lease_until = "
                           << until_micros << ", holder = " << make_random_id<relay_id>());
}

std::int64_t seconds_from_now(int seconds) {
    return to_micros(system_clock().now() + std::chrono::seconds{seconds});
}

}  // namespace

TEST_CASE("a relay whose lease was taken over deletes and counts nothing",
          "[outbox][relay][faults]") {
    latch first_wakes, second_goes_on;
    two_relays stage;
    const auto events = make_events(100);
    stage.shop.add(events);
    stage.first_where.behave(frozen_until(first_wakes));
    stage.second_where.behave(frozen_until(second_goes_on));
    stage.first->start();
    REQUIRE(stage.first_where.wait_for_count(100));
    stage.shop.execute(db::sql{} << "UPDATE outbox_relay SET lease_until = 0");  // time goes by
    stage.second->start();
    REQUIRE(stage.second_where.wait_for_count(100));

    first_wakes.open();
    REQUIRE(eventually([&] { return !stage.first->healthy(); }));
    CHECK(stage.shop.counts().waiting == 100);
    CHECK(stage.shop.counts().published == 0);

    second_goes_on.open();
    REQUIRE(eventually([&] { return stage.shop.counts().waiting == 0; }));
    CHECK(stage.shop.counts().published == 100);
    CHECK(ids_of(stage.second_where.seen()) == ids_of(events));
    CHECK(eventually([&] { return stage.first->healthy(); }));
}

TEST_CASE("holder and epoch fence each for itself", "[outbox][relay][faults]") {
    latch wakes;
    two_relays stage;
    stage.shop.add(make_events(10));
    stage.first_where.behave(frozen_until(wakes));
    stage.first->start();
    REQUIRE(stage.first_where.wait_for_count(10));
    SECTION("its own lease taken anew") {
        stage.shop.execute(db::sql{} << "UPDATE outbox_relay SET epoch = epoch + 1");
    }
    SECTION("another's of the same number, run out") {
        stage.shop.execute(db::sql{} << "UPDATE outbox_relay SET lease_until = 0, holder = "
                                     << make_random_id<relay_id>());
    }
    wakes.open();
    REQUIRE(eventually([&] { return stage.shop.counts().waiting == 0; }));
    CHECK(stage.first_where.count() == 20);  // the first ten could not be settled
    CHECK(stage.shop.counts().published == 10);
}

TEST_CASE("a relay that failed does not wait for its own lease to run out",
          "[outbox][relay][faults]") {
    std::atomic<bool> first{true};
    two_relays stage;
    stage.shop.add(make_events(10));
    stage.first_where.behave([&](std::span<const event> batch) -> result<publisher::outcome> {
        if (first.exchange(false)) return failure{errc::internal, "not this time"};
        return destination::deliver_all(batch);
    });
    stage.first->start();
    CHECK(eventually([&] { return stage.shop.counts().waiting == 0; }, 3s));
}

TEST_CASE("two relays at once lose nothing and count each event once", "[outbox][relay]") {
    two_relays stage;
    stage.first->start();
    stage.second->start();
    std::vector<event> all;
    for (int round = 0; round < 40; ++round) {
        const auto events = make_events(50);
        stage.shop.add(events);
        all.insert(all.end(), events.begin(), events.end());
        stage.shop.execute(db::sql{} << "UPDATE outbox_relay SET lease_until = 0");
        stage.first->notify();
        stage.second->notify();
    }
    REQUIRE(eventually([&] { return stage.shop.counts().waiting == 0; }));
    CHECK(stage.shop.counts().published == 2000);
    auto seen = ids_of(stage.first_where.seen());
    const auto others = ids_of(stage.second_where.seen());
    seen.insert(seen.end(), others.begin(), others.end());
    std::ranges::sort(seen);
    const auto repeats = std::ranges::unique(seen);
    seen.erase(repeats.begin(), repeats.end());
    CHECK(seen.size() == all.size());
}

TEST_CASE("a relay waits while another's lease runs, and follows when it has run out",
          "[outbox][relay]") {
    two_relays stage;
    stage.shop.add(make_events(5));
    lend_to_another(stage.shop, seconds_from_now(4));
    stage.first->start();
    stage.first->stop(2s);  // at least one round
    CHECK(stage.first_where.count() == 0);
    CHECK(stage.first->healthy());

    lend_to_another(stage.shop, seconds_from_now(-1));
    stage.second->start();
    CHECK(stage.second_where.wait_for_count(5));
}

TEST_CASE("a lease from before the clock was set back keeps nobody out",
          "[outbox][relay][faults]") {
    two_relays stage;
    stage.shop.add(make_events(5));
    lend_to_another(stage.shop, seconds_from_now(262));
    stage.first->start();
    CHECK(stage.first_where.wait_for_count(5));
}

TEST_CASE("an idle relay takes no lease", "[outbox][relay]") {
    two_relays stage;
    stage.first->start();
    stage.first->stop(2s);  // at least one round
    CHECK(stage.shop.lease_epoch() == 0);
}

TEST_CASE("a relay that stops gives its lease to the next at once", "[outbox][relay]") {
    two_relays stage;
    stage.shop.add(make_events(5));
    stage.first->start();
    stage.first->stop(20s);
    REQUIRE(stage.first_where.count() == 5);
    CHECK(stage.shop.number(db::sql{} << "SELECT lease_until FROM outbox_relay") == 0);
    stage.shop.add(make_events(5));
    stage.second->start();
    stage.second->stop(2s);
    CHECK(stage.second_where.count() == 5);
}
