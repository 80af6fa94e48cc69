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

/// Errors caused by the event, or by the batch it was in, and not by the brokers.
bool is_for_itself(rd_kafka_resp_err_t code);

/// Errors that every event of the topic would get.
bool is_about_topic(rd_kafka_resp_err_t code);

/// One event given to a producer. Must not move while the producer exists.
struct pending_event {
    const event* content = nullptr;
    std::optional<rd_kafka_resp_err_t> answer{};  ///< empty: not known (yet)
    bool went_out = false;                        ///< the producer took it

    /// It is itself what the producer did not take: the others are not concerned.
    bool is_unfit() const;
};

/// One producer of librdkafka: idempotent, acknowledged by all replicas. Used by one thread. After
/// any message failed it must be thrown away: with librdkafka 2.0 later messages may be out of
/// order, or all be refused.
class kafka_producer {
public:
    /// Does not connect yet. Errors: internal, with librdkafka's text.
    static result<std::unique_ptr<kafka_producer>> make(const std::string& brokers);
    /// Drops what is under way: its outcome stays unknown.
    ~kafka_producer();
    kafka_producer(const kafka_producer&) = delete;
    kafka_producer& operator=(const kafka_producer&) = delete;

    /// Makes sure, once, that the topic exists, and creates it when it is missing. False when a
    /// broker refuses; `trouble` says why. Errors: internal when no broker answers.
    result<bool> have_topic(const std::string& name, deadline until);

    /// Gives the pending_event to librdkafka; serve() receives the answer. Blocks while the queue
    /// is full. False when it still is at `until`. A pending_event that is refused here has its
    /// answer at once.
    bool send(pending_event& what, deadline until);

    /// Waits a short time for answers.
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
