#pragma once
/// Kafka as a test sees it from outside: topics of its own, and a consumer that knows nothing of
/// the publisher.
#include <librdkafka/rdkafka.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace market::outbox::testing {

struct record {
    int partition = 0;
    std::string key, value;
    std::map<std::string, std::string> headers;
};

class kafka {
public:
    /// `HOST:PORT` of brokers.
    explicit kafka(std::string brokers);
    ~kafka();
    kafka(const kafka&) = delete;
    kafka& operator=(const kafka&) = delete;

    /// The real one of MARKET_TEST_KAFKA_URL. Null, after saying so, when there is none.
    static std::unique_ptr<kafka> real();

    std::string url() const { return "kafka://" + brokers_; }
    void make_topic(const std::string& name, int partitions,
                    const std::map<std::string, std::string>& settings = {});
    void change_topic(const std::string& name, const std::string& key, const std::string& value);
    bool has_topic(const std::string& name);
    using enough = std::function<bool(const std::vector<record>&)>;
    /// What the topic holds, from its beginning, until that is enough; waits for it at most 20 s.
    std::vector<record> read(const std::string& topic, const enough& is_enough);
    std::vector<record> read(const std::string& topic, std::size_t count) {
        return read(topic, [count](const auto& records) { return records.size() >= count; });
    }

private:
    const std::string brokers_;
    rd_kafka_t* client_;
};

/// A name that no other test has.
std::string fresh_topic();

}  // namespace market::outbox::testing
