#include <market/outbox/relay.hpp>

#include "outbox/outbox_fixture.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

using namespace market;
using namespace market::outbox;
using namespace market::outbox::testing;
using market::testing::eventually;

namespace {

struct relay_stage {
    explicit relay_stage(std::chrono::milliseconds poll_interval_chosen = 200ms)
        : poll_interval(poll_interval_chosen) {}

    std::chrono::milliseconds poll_interval;
    outbox_shop shop;
    destination where;
    std::unique_ptr<relay> moving =
        make_relay(shop.database(), std::make_unique<recording_publisher>(where), poll_interval);

    bool empties() {
        return eventually([&] { return shop.counts().waiting == 0; });
    }
};

}  // namespace

TEST_CASE("events leave in the order of their rows, and each is counted once", "[outbox][relay]") {
    relay_stage stage;
    const auto events = make_events(3000);
    stage.shop.add(events);
    stage.moving->start();
    REQUIRE(stage.empties());
    CHECK(ids_of(stage.where.seen()) == ids_of(events));
    CHECK(stage.shop.counts().published == 3000);
    CHECK(stage.moving->healthy());
    const auto first = stage.where.seen().front();
    CHECK(first.topic == events[0].topic);
    CHECK(first.type == events[0].type);
    CHECK(first.subject == events[0].subject);
    CHECK(first.at == events[0].at);
    CHECK(first.data == events[0].data);
}

TEST_CASE("a row that shows up below the published ones is published too", "[outbox][relay]") {
    relay_stage stage;
    stage.moving->start();
    for (const std::int64_t row : {100, 3}) {
        const auto added = stage.shop.database().write([&](db::transaction& tx) -> result<void> {
            append(tx, make_events(1));
            tx.execute(db::sql{} << "UPDATE outbox SET id = " << row);
            return {};
        });
        REQUIRE(added.has_value());
        REQUIRE(stage.empties());
    }
    CHECK(stage.shop.counts().published == 2);
}

TEST_CASE("a notice wakes a relay that would not look for an hour", "[outbox][relay]") {
    relay_stage stage{std::chrono::hours{1}};
    stage.moving->start();
    for (std::size_t i = 1; i <= 3; ++i) {
        eventually([] { return false; }, 300ms);  // longer than its gap after a round: it is idle
        stage.shop.add(make_events(1));
        stage.moving->notify();
        REQUIRE(stage.where.wait_for_count(i));
    }
}

TEST_CASE("events are found without any notice", "[outbox][relay]") {
    relay_stage stage;
    stage.moving->start();
    stage.shop.add(make_events(2));
    CHECK(stage.empties());
}

TEST_CASE("events whose acknowledgement got lost are published again, and none is lost",
          "[outbox][relay][faults]") {
    std::atomic<int> crashes{2};
    relay_stage stage;
    const auto events = make_events(20);
    stage.shop.add(events);
    stage.where.behave([&](std::span<const event> batch) -> result<publisher::outcome> {
        if (crashes-- > 0) throw std::runtime_error("died after the write");
        return destination::deliver_all(batch);
    });
    stage.moving->start();
    REQUIRE(stage.empties());
    CHECK(stage.where.count() > 20);
    CHECK(first_deliveries(stage.where.seen()) == ids_of(events));
    CHECK(stage.shop.counts().published == 20);
}

TEST_CASE("only what was delivered is deleted and counted", "[outbox][relay][faults]") {
    latch seen_partly, go_on;
    std::atomic<bool> first{true};
    relay_stage stage;
    stage.shop.add(make_events(10, 10));
    stage.where.behave([&](std::span<const event> batch) -> result<publisher::outcome> {
        if (!first.exchange(false)) {
            seen_partly.open();
            go_on.wait();
            return destination::deliver_all(batch);
        }
        publisher::outcome some{
            std::vector<delivery_outcome>(batch.size(), delivery_outcome::delivered)};
        some.outcomes[2] = some.outcomes[7] = delivery_outcome::failed;
        return some;
    });
    stage.moving->start();
    REQUIRE(seen_partly.wait());
    CHECK(stage.shop.counts().waiting == 2);
    CHECK(stage.shop.counts().published == 8);
    go_on.open();
    REQUIRE(stage.empties());
    CHECK(stage.shop.counts().published == 10);
    CHECK(stage.where.count() == 12);
}

TEST_CASE("a row that vanished while it was published is not counted", "[outbox][relay][faults]") {
    std::atomic<bool> first{true};
    relay_stage stage;
    stage.shop.add(make_events(10));
    stage.where.behave([&](std::span<const event> batch) {
        if (first.exchange(false)) {
            stage.shop.execute(db::sql{} << "DELETE FROM outbox WHERE id = 4");
        }
        return destination::deliver_all(batch);
    });
    stage.moving->start();
    REQUIRE(stage.empties());
    CHECK(stage.shop.counts().published == 9);
}

TEST_CASE("the relay is ill while its destination refuses, and publishes the rest after",
          "[outbox][relay][faults]") {
    relay_stage stage;
    stage.where.behave([](std::span<const event>) -> result<publisher::outcome> {
        return failure{errc::internal, "the destination is down"};
    });
    stage.shop.add(make_events(700));
    stage.moving->start();
    REQUIRE(eventually([&] { return !stage.moving->healthy(); }));
    CHECK(stage.shop.counts().waiting == 700);
    CHECK(stage.shop.counts().published == 0);
    stage.where.behave(destination::deliver_all);
    REQUIRE(stage.empties());
    CHECK(eventually([&] { return stage.moving->healthy(); }));
    CHECK(stage.shop.counts().published == 700);
}

TEST_CASE("a topic that cannot be written holds up no other, and goes out when it can",
          "[outbox][relay][faults]") {
    relay_stage stage;
    const std::string shut = "market.stock";
    std::atomic<int> tried{0};
    stage.where.behave([&](std::span<const event> batch) {
        auto out = *destination::deliver_all(batch);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (batch[i].topic != shut) continue;
            out.outcomes[i] = delivery_outcome::failed;
            out.closed_topics.insert(shut);
        }
        if (!out.closed_topics.empty()) ++tried;
        return result<publisher::outcome>{std::move(out)};
    });
    // More rows than a batch has, all in front of the others.
    auto events = make_events(5000);
    for (auto& each : events) each.topic = shut;
    stage.shop.add(events);
    stage.shop.add(make_events(300));
    stage.moving->start();
    REQUIRE(eventually([&] { return stage.shop.counts().published == 300; }));
    CHECK(stage.shop.counts().waiting == 5000);
    CHECK(stage.shop.counts().parked == 0);
    CHECK_FALSE(stage.moving->healthy());
    const int before = tried;
    REQUIRE(eventually([&] { return tried > before; }));  // it is not forgotten
    stage.where.behave(destination::deliver_all);
    REQUIRE(stage.empties());
    CHECK(stage.shop.counts().published == 5300);
    CHECK(eventually([&] { return stage.moving->healthy(); }));
}

TEST_CASE("stopping publishes what waits, however much", "[outbox][relay]") {
    relay_stage stage;
    stage.shop.add(make_events(6000));
    stage.moving->start();
    stage.moving->stop(20s);
    CHECK(stage.shop.counts().waiting == 0);
    CHECK(stage.shop.counts().published == 6000);
}

TEST_CASE("stopping without time leaves the rest in the outbox", "[outbox][relay]") {
    latch began, go_on;
    relay_stage stage;
    stage.where.behave([&](std::span<const event> batch) {
        began.open();
        go_on.wait();
        return destination::deliver_all(batch);
    });
    stage.shop.add(make_events(6000));
    stage.moving->start();
    REQUIRE(began.wait());
    std::thread stopping{[&] { stage.moving->stop(0ms); }};
    go_on.open();
    stopping.join();
    const auto counts = stage.shop.counts();
    CHECK(counts.waiting + counts.published == 6000);
    CHECK(counts.published == static_cast<std::int64_t>(stage.where.count()));
}
