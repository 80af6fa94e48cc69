#pragma once
#include <market/outbox/publisher.hpp>

#include "kafka_producer.hpp"

namespace market::outbox {

/// Publishes to Kafka.
///
/// 1. Of each subject one event at a time is under way: so no error lets a later event overtake an
///    earlier one, whatever the client library does.
/// 2. After any error the producer is thrown away. The next one sends what was not delivered.
/// 3. A broker refuses a whole batch for one event in it. So an event counts as refused only when
///    it was sent alone.
/// 4. A topic that is refused gets nothing more in this call. Other topics go on.
class kafka_publisher final : public publisher {
public:
    explicit kafka_publisher(std::string brokers) : brokers_(std::move(brokers)) {}
    result<outcome> publish(std::span<const event> events) override;

private:
    struct publish_progress;
    using numbers = std::vector<std::size_t>;  ///< of events in the publish_progress

    result<void> have_producer();
    result<void> have_topics(publish_progress& progress);
    numbers send_in_waves(publish_progress& progress);
    bool send_alone(publish_progress& progress, const numbers& to_send_alone);
    bool send_together(publish_progress& progress, const numbers& wave);
    void record_outcomes(publish_progress& progress, const numbers& wave);

    const std::string brokers_;
    std::unique_ptr<kafka_producer> producer_;
};

}  // namespace market::outbox
