#include "outbox/kafka_fixture.hpp"

#include <market/base/id.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace market::outbox::testing {

namespace {

using steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

void must(rd_kafka_resp_err_t outcome, const char* what) {
    if (outcome != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw std::runtime_error(std::string{what} + ": " + rd_kafka_err2str(outcome));
}

rd_kafka_t* make_client(const std::string& brokers) {
    std::array<char, 512> reason{};
    auto* chosen = rd_kafka_conf_new();
    const std::map<std::string, std::string> settings{{"bootstrap.servers", brokers},
                                                      {"group.id", "test"},
                                                      {"enable.auto.commit", "false"},
                                                      {"log_level", "2"}};
    for (const auto& [name, value] : settings)
        rd_kafka_conf_set(chosen, name.c_str(), value.c_str(), reason.data(), reason.size());
    auto* made = rd_kafka_new(RD_KAFKA_CONSUMER, chosen, reason.data(), reason.size());
    if (!made) throw std::runtime_error(reason.data());
    rd_kafka_poll_set_consumer(made);
    return made;
}

record to_record(const rd_kafka_message_t& from) {
    record out{.partition = from.partition,
               .key = {static_cast<const char*>(from.key), from.key_len},
               .value = {static_cast<const char*>(from.payload), from.len},
               .headers = {}};
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&from, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return out;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i)
        out.headers[name] = std::string{static_cast<const char*>(value), size};
    return out;
}

/// Waits for the one answer of an admin call.
class answer {
public:
    answer(rd_kafka_t* client) : queue_(rd_kafka_queue_new(client)) {}
    ~answer() {
        if (event_) rd_kafka_event_destroy(event_);
        rd_kafka_queue_destroy(queue_);
    }
    answer(const answer&) = delete;
    answer& operator=(const answer&) = delete;
    rd_kafka_queue_t* queue() { return queue_; }
    rd_kafka_event_t* wait() {
        event_ = rd_kafka_queue_poll(queue_, 20'000);
        if (!event_) throw std::runtime_error("no answer");
        must(rd_kafka_event_error(event_), "admin call");
        return event_;
    }

private:
    rd_kafka_queue_t* queue_;
    rd_kafka_event_t* event_ = nullptr;
};

}  // namespace

kafka::kafka(std::string brokers) : brokers_(std::move(brokers)), client_(make_client(brokers_)) {}

kafka::~kafka() {
    rd_kafka_consumer_close(client_);
    rd_kafka_destroy(client_);
}

std::unique_ptr<kafka> kafka::real() {
    const char* url = std::getenv("MARKET_TEST_KAFKA_URL");
    if (!url || !*url) {
        std::cout << "skipped, because MARKET_TEST_KAFKA_URL is not set\n";
        return nullptr;
    }
    return std::make_unique<kafka>(std::string{url}.substr(std::string{"kafka://"}.size()));
}

void kafka::make_topic(const std::string& name, int partitions,
                       const std::map<std::string, std::string>& settings) {
    std::array<char, 512> reason{};
    auto* topic = rd_kafka_NewTopic_new(name.c_str(), partitions, 1, reason.data(), reason.size());
    for (const auto& [key, value] : settings)
        must(rd_kafka_NewTopic_set_config(topic, key.c_str(), value.c_str()), "topic's setting");
    answer told{client_};
    rd_kafka_CreateTopics(client_, &topic, 1, nullptr, told.queue());
    std::size_t count = 0;
    const auto* made = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(told.wait()), &count);
    must(rd_kafka_topic_result_error(made[0]), "make_topic");
    rd_kafka_NewTopic_destroy(topic);
}

void kafka::change_topic(const std::string& name, const std::string& key,
                         const std::string& value) {
    auto* wanted = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str());
    must(rd_kafka_ConfigResource_set_config(wanted, key.c_str(), value.c_str()), "setting");
    answer told{client_};
    rd_kafka_AlterConfigs(client_, &wanted, 1, nullptr, told.queue());
    std::size_t count = 0;
    const auto* changed = rd_kafka_AlterConfigs_result_resources(
        rd_kafka_event_AlterConfigs_result(told.wait()), &count);
    must(rd_kafka_ConfigResource_error(changed[0]), "change_topic");
    rd_kafka_ConfigResource_destroy(wanted);
}

bool kafka::has_topic(const std::string& name) {
    const rd_kafka_metadata_t* all = nullptr;
    must(rd_kafka_metadata(client_, 1, nullptr, &all, 20'000), "metadata");
    const std::span topics{all->topics, static_cast<std::size_t>(all->topic_cnt)};
    const bool found =
        std::ranges::any_of(topics, [&name](const auto& each) { return name == each.topic; });
    rd_kafka_metadata_destroy(all);
    return found;
}

std::vector<record> kafka::read(const std::string& topic, const enough& is_enough) {
    constexpr int partitions_max = 16;
    const rd_kafka_metadata_t* all = nullptr;
    must(rd_kafka_metadata(client_, 1, nullptr, &all, 20'000), "metadata");
    auto* from = rd_kafka_topic_partition_list_new(partitions_max);
    for (const auto& each : std::span{all->topics, static_cast<std::size_t>(all->topic_cnt)}) {
        for (int i = 0; topic == each.topic && i < each.partition_cnt; ++i)
            rd_kafka_topic_partition_list_add(from, each.topic, i)->offset =
                RD_KAFKA_OFFSET_BEGINNING;
    }
    rd_kafka_metadata_destroy(all);
    must(rd_kafka_assign(client_, from), "assign");
    rd_kafka_topic_partition_list_destroy(from);
    std::vector<record> out;
    for (const auto until = steady::now() + 20s; !is_enough(out) && steady::now() < until;) {
        auto* message = rd_kafka_consumer_poll(client_, 100);
        if (!message) continue;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) out.push_back(to_record(*message));
        rd_kafka_message_destroy(message);
    }
    return out;
}

std::string fresh_topic() { return "test." + to_string(make_random_id<id<struct topic_tag>>()); }

}  // namespace market::outbox::testing
