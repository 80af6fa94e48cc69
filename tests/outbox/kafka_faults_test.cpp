/// Every class of answer that a broker can give to a produce request, from librdkafka's own mock
/// cluster: it speaks the protocol over TCP, but keeps no sequence numbers.
#include <market/outbox/relay.hpp>

#include "outbox/kafka_fixture.hpp"
#include "outbox/outbox_fixture.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <librdkafka/rdkafka_mock.h>

#include <set>

using namespace market;
using namespace market::outbox;
using namespace market::outbox::testing;
using market::testing::eventually;

namespace {

constexpr std::int16_t produce_api = 0;

class mock_cluster {
public:
    mock_cluster() {
        std::array<char, 512> reason{};
        host_ = rd_kafka_new(RD_KAFKA_PRODUCER, nullptr, reason.data(), reason.size());
        cluster_ = rd_kafka_mock_cluster_new(host_, 3);
    }
    ~mock_cluster() {
        rd_kafka_mock_cluster_destroy(cluster_);
        rd_kafka_destroy(host_);
    }
    mock_cluster(const mock_cluster&) = delete;
    mock_cluster& operator=(const mock_cluster&) = delete;

    std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
    /// The next `times` produce requests are answered so.
    void fail_produce(rd_kafka_resp_err_t with, int times) {
        const std::vector<rd_kafka_resp_err_t> answers(static_cast<std::size_t>(times), with);
        rd_kafka_mock_push_request_errors_array(cluster_, produce_api, answers.size(),
                                                answers.data());
    }
    void down() {
        for (int broker = 1; broker <= 3; ++broker) rd_kafka_mock_broker_set_down(cluster_, broker);
    }
    void up() {
        for (int broker = 1; broker <= 3; ++broker) rd_kafka_mock_broker_set_up(cluster_, broker);
    }

private:
    rd_kafka_t* host_;
    rd_kafka_mock_cluster_t* cluster_;
};

/// Three events of each of 50 orders.
std::vector<event> three_each(const std::string& topic) {
    std::vector<event> out;
    for (int i = 0; i < 150; ++i) {
        out.push_back(make_event("order-" + std::to_string(i % 50), std::to_string(i / 50)));
        out.back().topic = topic;
    }
    return out;
}

/// Each order's events, each once, as they were first delivered.
std::map<std::string, std::string> first_deliveries_of(const std::vector<record>& records) {
    std::map<std::string, std::string> out;
    for (const auto& each : records) {
        if (out[each.key].find(each.value) == std::string::npos) out[each.key] += each.value;
    }
    return out;
}

bool all_arrived(const std::vector<record>& records) {
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& each : records) seen.emplace(each.key, each.value);
    return seen.size() == 150;
}

}  // namespace

TEST_CASE(
    "no answer of a broker loses an event, or parks one that fits, or changes an order's order",
    "[outbox][kafka][faults]") {
    const auto answer = GENERATE(
        RD_KAFKA_RESP_ERR__TRANSPORT,  // the connection is cut
        RD_KAFKA_RESP_ERR_UNKNOWN, RD_KAFKA_RESP_ERR_INVALID_MSG,
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT, RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
        RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
        RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
        RD_KAFKA_RESP_ERR_INVALID_RECORD);
    INFO(rd_kafka_err2name(answer));
    mock_cluster cluster;
    kafka outside{cluster.brokers()};
    outbox_shop shop;
    const auto topic = fresh_topic();
    const auto events = three_each(topic);
    const auto moving = make_relay(shop.database(), make_publisher(outside.url()).value());
    // The second refusal of this kind may meet an event that was sent alone, and is final then.
    const bool about_records = answer == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
                               answer == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE ||
                               answer == RD_KAFKA_RESP_ERR_INVALID_RECORD;
    cluster.fail_produce(answer, about_records ? 1 : 2);
    shop.add(events);
    moving->start();
    REQUIRE(eventually([&] { return shop.counts().waiting == 0; }));
    CHECK(shop.counts().published == 150);
    CHECK(shop.counts().parked == 0);
    moving->stop(0ms);

    const auto arrived = first_deliveries_of(outside.read(topic, all_arrived));
    CHECK(arrived.size() == 50);
    for (const auto& [order, deliveries] : arrived) {
        if (deliveries != "012") FAIL(order << " arrived as " << deliveries);
    }
}

TEST_CASE("events wait while the brokers are away and go out when they are back",
          "[outbox][kafka][faults]") {
    mock_cluster cluster;
    kafka outside{cluster.brokers()};
    outbox_shop shop;
    const auto topic = fresh_topic();
    const auto moving = make_relay(shop.database(), make_publisher(outside.url()).value());
    moving->start();
    cluster.down();
    shop.add(three_each(topic));
    REQUIRE(eventually([&] { return !moving->healthy(); }));
    CHECK(shop.counts().published == 0);
    cluster.up();
    REQUIRE(eventually([&] { return shop.counts().waiting == 0; }));
    CHECK(moving->healthy());
    CHECK(shop.counts().published == 150);
}
