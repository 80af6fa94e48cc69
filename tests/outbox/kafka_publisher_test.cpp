#include <market/outbox/relay.hpp>

#include "outbox/kafka_fixture.hpp"
#include "outbox/outbox_fixture.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

using namespace market;
using namespace market::outbox;
using namespace market::outbox::testing;
using market::testing::eventually;

namespace {

event on(const std::string& topic, std::string subject, std::string data = "{}") {
    auto out = make_event(std::move(subject), std::move(data));
    out.topic = topic;
    return out;
}

std::vector<delivery_outcome> publish_at(const std::string& url, const std::vector<event>& events) {
    const auto made = make_publisher(url).value();
    const auto sent = made->publish(events);
    if (!sent) FAIL(sent.error().detail);
    return sent->outcomes;
}

std::vector<std::string> values_of(const std::vector<record>& records, const std::string& key) {
    std::vector<std::string> out;
    for (const auto& each : records) {
        if (each.key == key) out.push_back(each.value);
    }
    return out;
}

const auto delivered = delivery_outcome::delivered;

}  // namespace

TEST_CASE("an event is one record in binary mode, keyed by its subject", "[outbox][kafka]") {
    const auto real = kafka::real();
    if (!real) return;
    const auto topic = fresh_topic();
    auto traced = on(topic, "order-1", R"({"total": 5})");
    traced.at = from_micros(1'795'424'400'123'000);
    traced.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const auto plain = on(topic, "order-2");
    REQUIRE(publish_at(real->url(), {traced, plain}) == std::vector{delivered, delivered});
    const auto read = real->read(topic, 2);
    REQUIRE(read.size() == 2);
    CHECK(read[0].key == "order-1");
    CHECK(read[0].value == R"({"total": 5})");
    CHECK(read[0].headers ==
          std::map<std::string, std::string>{{"ce_specversion", "1.0"},
                                             {"ce_id", to_string(traced.ce_id)},
                                             {"ce_source", "/market"},
                                             {"ce_type", "market.order.created.v1"},
                                             {"ce_subject", "order-1"},
                                             {"ce_time", format_rfc3339(traced.at)},
                                             {"content-type", "application/json"},
                                             {"traceparent", traced.traceparent}});
    CHECK(read[1].headers.at("ce_id") == to_string(plain.ce_id));
    CHECK_FALSE(read[1].headers.contains("traceparent"));
}

TEST_CASE("topics that are missing are created, those that are there stay as they are",
          "[outbox][kafka]") {
    const auto real = kafka::real();
    if (!real) return;
    const auto missing = fresh_topic(), there = fresh_topic();
    real->make_topic(there, 3);
    REQUIRE_FALSE(real->has_topic(missing));
    REQUIRE(publish_at(real->url(), {on(missing, "a"), on(there, "b")}) ==
            std::vector{delivered, delivered});
    CHECK(real->has_topic(missing));
    CHECK(real->read(missing, 1).size() == 1);
    CHECK(real->read(there, 1).size() == 1);
}

TEST_CASE("a topic that the broker will not have closes itself alone", "[outbox][kafka][faults]") {
    const auto real = kafka::real();
    if (!real) return;
    const auto good = fresh_topic();
    const std::string bad = "no topic has spaces";
    const auto made = make_publisher(real->url()).value();
    const auto sent =
        made->publish(std::vector{on(bad, "a", "1"), on(good, "b", "2"), on(bad, "a", "3")});
    REQUIRE(sent.has_value());
    CHECK(sent->outcomes ==
          std::vector{delivery_outcome::failed, delivered, delivery_outcome::failed});
    CHECK(sent->closed_topics == std::set{bad});
    CHECK(sent->problem.find(bad) != std::string::npos);
    CHECK(values_of(real->read(good, 1), "b") == std::vector<std::string>{"2"});
}

TEST_CASE("a key goes to the partition that Java's client would choose", "[outbox][kafka]") {
    const auto real = kafka::real();
    if (!real) return;
    const auto topic = fresh_topic();
    real->make_topic(topic, 7);
    // Kafka's own test vectors of murmur2: -973932308, -790332482 and 479470107.
    const std::map<std::string, int> partition_of{{"21", 3}, {"foobar", 0}, {"abc", 4}};
    std::vector<event> events;
    for (const auto& [key, _] : partition_of) events.push_back(on(topic, key));
    publish_at(real->url(), events);
    const auto read = real->read(topic, events.size());
    REQUIRE(read.size() == events.size());
    for (const auto& each : read) CHECK(each.partition == partition_of.at(each.key));
}

TEST_CASE("more events than the client's queue holds arrive, in order per subject",
          "[outbox][kafka]") {
    const auto real = kafka::real();
    if (!real) return;
    outbox_shop shop;
    const auto topic = fresh_topic();
    std::vector<event> events;
    for (int i = 0; i < 6000; ++i)
        events.push_back(on(topic, "order-" + std::to_string(i % 2500), std::to_string(i)));
    shop.add(events);
    const auto moving = make_relay(shop.database(), make_publisher(real->url()).value());
    moving->start();
    REQUIRE(eventually([&] { return shop.counts().waiting == 0; }));
    CHECK(shop.counts().published == 6000);
    const auto read = real->read(topic, 6000);
    REQUIRE(read.size() == 6000);
    for (int i = 0; i < 2500; ++i) {
        std::vector<std::string> expected;
        for (int n = i; n < 6000; n += 2500) expected.push_back(std::to_string(n));
        if (values_of(read, "order-" + std::to_string(i)) != expected) FAIL("order " << i);
    }
}

TEST_CASE("a record too large for the broker is refused alone, with what follows it",
          "[outbox][kafka][faults]") {
    const auto real = kafka::real();
    if (!real) return;
    const auto topic = fresh_topic();
    real->make_topic(topic, 1, {{"max.message.bytes", "3000"}});
    const std::string huge(5000, '7');
    const auto outcomes =
        publish_at(real->url(), {on(topic, "a", "1"), on(topic, "c", "3"), on(topic, "b", huge),
                                 on(topic, "b", "2"), on(topic, "a", "4")});
    CHECK(outcomes == std::vector{delivered, delivered, delivery_outcome::refused,
                                  delivery_outcome::failed, delivered});
    const auto read = real->read(topic, 3);
    CHECK(values_of(read, "a") == std::vector<std::string>{"1", "4"});
    CHECK(values_of(read, "b").empty());
    CHECK(values_of(read, "c") == std::vector<std::string>{"3"});
}

TEST_CASE("many records that fit one by one are not refused for their batch",
          "[outbox][kafka][faults]") {
    const auto real = kafka::real();
    if (!real) return;
    outbox_shop shop;
    const auto topic = fresh_topic();
    real->make_topic(topic, 1, {{"max.message.bytes", "3000"}});
    std::vector<event> events;
    for (int i = 0; i < 100; ++i)
        events.push_back(on(topic, "order-" + std::to_string(i), std::string(500, '7')));
    shop.add(events);
    const auto moving = make_relay(shop.database(), make_publisher(real->url()).value());
    moving->start();
    REQUIRE(eventually([&] { return shop.counts().waiting == 0; }));
    CHECK(shop.counts().parked == 0);
    CHECK(shop.counts().published == 100);
}

TEST_CASE("what a broker refused goes out in order when a later relay finds that it takes it",
          "[outbox][kafka][faults]") {
    const auto real = kafka::real();
    if (!real) return;
    outbox_shop shop;
    const auto topic = fresh_topic();
    real->make_topic(topic, 1, {{"max.message.bytes", "3000"}});
    const std::string huge(5000, '7');
    shop.add({on(topic, "a", "1"), on(topic, "b", huge), on(topic, "b", "2")});
    const auto first = make_relay(shop.database(), make_publisher(real->url()).value());
    first->start();
    REQUIRE(eventually([&] { return shop.counts().waiting == 0; }));
    CHECK(shop.counts().published == 1);
    CHECK(shop.counts().parked == 2);
    shop.add({on(topic, "b", "3"), on(topic, "c", "4")});
    REQUIRE(eventually([&] { return shop.counts().waiting == 0; }));
    CHECK(shop.counts().published == 2);
    CHECK(shop.counts().parked == 3);
    first->stop(20s);

    real->change_topic(topic, "max.message.bytes", "1000000");
    const auto second = make_relay(shop.database(), make_publisher(real->url()).value());
    second->start();
    REQUIRE(eventually([&] { return shop.counts().published == 5; }));
    CHECK(shop.counts().parked == 0);
    CHECK(values_of(real->read(topic, 5), "b") == std::vector<std::string>{huge, "2", "3"});
}

TEST_CASE("brokers that nobody reaches cost a bounded time and lose nothing",
          "[outbox][kafka][faults]") {
    outbox_shop shop;
    shop.add(make_events(3));
    const auto began = std::chrono::steady_clock::now();
    const auto made = make_publisher("kafka://127.0.0.1:1").value();
    const auto sent = made->publish(make_events(3));
    CHECK(std::chrono::steady_clock::now() - began < publish_max + 1s);
    REQUIRE(sent.has_error());
    CHECK(sent.error().code == errc::internal);
    CHECK(sent.error().detail.find("Kafka does not answer") == 0);

    const auto moving = make_relay(shop.database(), make_publisher("kafka://127.0.0.1:1").value());
    moving->start();
    REQUIRE(eventually([&] { return !moving->healthy(); }));
    moving->stop(0ms);
    CHECK(shop.counts().waiting == 3);
    CHECK(shop.counts().parked == 0);
}

TEST_CASE("kafka URLs are read strictly", "[outbox][kafka]") {
    const auto good = GENERATE(as<std::string>{}, "kafka://localhost", "kafka://a.example:9092",
                               "kafka://10.0.0.1:1,10.0.0.2:65535", "kafka://[::1]:9092,b_2");
    CHECK(make_publisher(good).has_value());
    const auto bad = GENERATE(
        as<std::string>{}, "kafka:", "kafka:host", "kafka:/host", "kafka://", "kafka://:9092",
        "kafka://host:", "kafka://host:0", "kafka://host:65536", "kafka://host:9x", "kafka://a,,b",
        "kafka://a,", "kafka://,a", "kafka://a/", "kafka://a/topic", "kafka://a?x=1", "kafka://a#f",
        "kafka://::1:9092", "kafka://[::1:9092", "kafka://[]:9092", "kafka://[::1]9092",
        "kafka://a b", "kafka://ho%73t", "kafka://user:secret@host:9092");
    const auto made = make_publisher(bad);
    REQUIRE(made.has_error());
    CHECK(made.error().code == errc::validation_failed);
    CHECK(made.error().detail.find("secret") == std::string::npos);
    CHECK_FALSE(made.error().detail.empty());
}
