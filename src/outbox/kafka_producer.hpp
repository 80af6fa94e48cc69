#pragma once
#include <market/base/clock.hpp>
#include <market/base/error.hpp>
#include <market/outbox/event.hpp>

#include <librdkafka/rdkafka.h>

#include <memory>
#include <optional>
#include <set>
#include <string>

namespace market::outbox {

/// Refusals that are about the event (or the batch that it was in), not about the brokers.
bool is_for_itself(rd_kafka_resp_err_t code);

/// Refusals that every event of the topic would meet.
bool is_about_topic(rd_kafka_resp_err_t code);

/// One event on its way through a producer; stays where it is until that is gone.
struct parcel {
    const event* content = nullptr;
    std::optional<rd_kafka_resp_err_t> answer{};  ///< empty: not known (yet)
    bool went_out = false;                        ///< the producer took it

    /// It is itself what the producer did not take: the others are not concerned.
    bool is_unfit() const;
};

/// One producer of librdkafka: idempotent, acknowledged by all replicas. After an error of one of
/// its messages it must be thrown away: with librdkafka 2.0 a later one may stay out of order, or
/// the producer refuse everything. Used by one thread.
class kafka_producer {
public:
    /// Connects to nobody yet. Errors: internal in librdkafka's words.
    static result<std::unique_ptr<kafka_producer>> make(const std::string& brokers);
    /// Drops what is still under way: its outcome stays unknown.
    ~kafka_producer();
    kafka_producer(const kafka_producer&) = delete;
    kafka_producer& operator=(const kafka_producer&) = delete;

    /// Looks for the topic, until it was found once, and creates it when it is missing. False when
    /// a broker says no, `trouble` says why. Errors: internal when nobody answers.
    result<bool> have_topic(const std::string& name, deadline until);

    /// Hands the parcel over; `serve` learns the answer. Blocks while the queue is full. False
    /// when it still is at `until`. A parcel that is refused here has its answer at once.
    bool send(parcel& what, deadline until);

    /// Waits a moment for answers.
    void serve();

    /// The last trouble with the brokers, empty when there was none.
    const std::string& trouble() const { return trouble_; }

private:
    kafka_producer() = default;

    rd_kafka_t* handle_ = nullptr;
    std::set<std::string> topics_seen_;
    std::string trouble_;
};

}  // namespace market::outbox
