#include <market/outbox/relay.hpp>

#include "outbox/outbox_fixture.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

using namespace market;
using namespace market::outbox;
using namespace market::outbox::testing;
using market::testing::eventually;

namespace {

/// Refuses events whose data is `poison`, and does not try what follows one of the same subject.
destination::behaviour refusing(std::string poison) {
    return [poison](std::span<const event> batch) -> result<publisher::outcome> {
        publisher::outcome out{{}, "too large"};
        std::vector<std::string> held_back;
        for (const auto& each : batch) {
            const bool follows = std::ranges::count(held_back, each.subject) > 0;
            const bool refused = !follows && each.data == poison;
            if (refused) held_back.push_back(each.subject);
            out.outcomes.push_back(follows   ? delivery_outcome::failed
                                   : refused ? delivery_outcome::refused
                                             : delivery_outcome::delivered);
        }
        return out;
    };
}

struct parking_stage {
    outbox_shop shop;
    destination where;
    std::unique_ptr<relay> moving = new_relay();

    std::unique_ptr<relay> new_relay() {
        return make_relay(shop.database(), std::make_unique<recording_publisher>(where));
    }
    bool empties() {
        return eventually([&] { return shop.counts().waiting == 0; });
    }
};

std::vector<std::string> data_of(const std::vector<event>& seen, const std::string& subject) {
    std::vector<std::string> out;
    for (const auto& each : seen) {
        if (each.subject == subject) out.push_back(each.data);
    }
    return out;
}

}  // namespace

TEST_CASE("a refused event is set aside with all later ones of its order, and nothing else is",
          "[outbox][relay][parking]") {
    parking_stage stage;
    stage.where.behave(refusing("poison"));
    stage.shop.add({make_event("a", "1"), make_event("b", "poison"), make_event("a", "2"),
                    make_event("b", "3"), make_event("c", "4")});
    stage.moving->start();
    REQUIRE(stage.empties());
    CHECK(stage.shop.counts().published == 3);
    CHECK(stage.shop.counts().parked == 2);
    CHECK(stage.moving->healthy());

    stage.shop.add({make_event("b", "5"), make_event("a", "6")});
    REQUIRE(stage.empties());
    CHECK(stage.shop.counts().published == 4);
    CHECK(stage.shop.counts().parked == 3);
    // What came later of that order was not even tried.
    const auto tried = data_of(stage.where.seen(), "b");
    CHECK(std::ranges::count(tried, "5") == 0);
}

TEST_CASE("whoever takes the lease tries what was set aside, in the order of the rows",
          "[outbox][relay][parking]") {
    parking_stage stage;
    stage.where.behave(refusing("poison"));
    stage.shop.add({make_event("b", "poison"), make_event("b", "2"), make_event("a", "3")});
    stage.moving->start();
    REQUIRE(stage.empties());
    stage.moving->stop(20s);
    REQUIRE(stage.shop.counts().parked == 2);

    destination::behaviour deliver = destination::deliver_all;
    stage.where.behave(deliver);
    const auto seen_before = stage.where.count();
    stage.moving = stage.new_relay();
    stage.moving->start();
    REQUIRE(eventually([&] { return stage.shop.counts().published == 3; }));
    CHECK(stage.shop.counts().parked == 0);
    auto seen = stage.where.seen();
    seen.erase(seen.begin(), seen.begin() + static_cast<std::ptrdiff_t>(seen_before));
    CHECK(data_of(seen, "b") == std::vector<std::string>{"poison", "2"});
}

TEST_CASE("what is refused again is set aside again, and costs the others nothing",
          "[outbox][relay][parking]") {
    parking_stage stage;
    stage.where.behave(refusing("poison"));
    stage.shop.add({make_event("b", "poison"), make_event("b", "2")});
    stage.moving->start();
    REQUIRE(stage.empties());
    stage.moving->stop(20s);
    stage.moving = stage.new_relay();
    stage.moving->start();
    stage.shop.add(make_events(10));
    REQUIRE(eventually([&] { return stage.shop.counts().published == 10; }));
    REQUIRE(stage.empties());
    CHECK(stage.shop.counts().parked == 2);
}

TEST_CASE("a relay that lost its lease sets nothing aside", "[outbox][relay][parking][faults]") {
    using relay_id = id<struct relay_tag>;
    parking_stage stage;
    std::atomic<bool> first{true};
    stage.where.behave([&](std::span<const event> batch) -> result<publisher::outcome> {
        if (first.exchange(false)) {
            stage.shop.execute(db::sql{} << "UPDATE outbox_relay SET epoch = epoch + 1, holder = "
                                         << make_random_id<relay_id>());
            return publisher::outcome{
                std::vector<delivery_outcome>(batch.size(), delivery_outcome::refused), "no"};
        }
        return destination::deliver_all(batch);
    });
    stage.shop.add(make_events(3, 3));
    stage.moving->start();
    REQUIRE(eventually([&] { return !stage.moving->healthy(); }));
    CHECK(stage.shop.counts().parked == 0);
    CHECK(stage.shop.counts().waiting == 3);
}

TEST_CASE("a batch is bounded by its bytes, and holds one event however large", "[outbox][relay]") {
    parking_stage stage;
    std::mutex mutex;
    std::vector<std::size_t> sizes;
    stage.where.behave([&](std::span<const event> batch) {
        const std::lock_guard held{mutex};
        sizes.push_back(batch.size());
        return destination::deliver_all(batch);
    });
    const std::string mebibyte(1 << 20, '7'), huge(6 << 20, '7');
    std::vector<event> events;
    for (int i = 0; i < 6; ++i) events.push_back(make_event("small", mebibyte));
    events.push_back(make_event("huge", huge));
    stage.shop.add(events);
    stage.moving->start();
    REQUIRE(stage.empties());
    CHECK(stage.shop.counts().published == 7);
    CHECK(sizes == std::vector<std::size_t>{4, 2, 1});
}

TEST_CASE("a lease that is about to end is renewed before a batch", "[outbox][relay]") {
    parking_stage stage;
    latch began, go_on;
    stage.shop.add(make_events(1));
    stage.moving->start();
    REQUIRE(stage.where.wait_for_count(1));
    eventually([] { return false; }, 2s);
    const auto epoch = stage.shop.lease_epoch();
    stage.where.behave([&](std::span<const event> batch) {
        began.open();
        go_on.wait();
        return destination::deliver_all(batch);
    });
    stage.shop.add(make_events(1));
    REQUIRE(began.wait());
    const auto until = stage.shop.number(db::sql{} << "SELECT lease_until FROM outbox_relay");
    CHECK(until - to_micros(system_clock().now()) >
          std::chrono::microseconds{publish_max + 1s}.count());
    CHECK(stage.shop.lease_epoch() == epoch);
    go_on.open();
}
