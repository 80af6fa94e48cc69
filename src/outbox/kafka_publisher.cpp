#include "kafka_publisher.hpp"

namespace market::outbox {

namespace {

using steady = std::chrono::steady_clock;

}  // namespace

/// The progress of one publish().
struct kafka_publisher::publish_progress {
    explicit publish_progress(std::span<const event> events)
        : until(steady::now() + publish_max), pending(events.size()) {
        for (std::size_t i = 0; i < events.size(); ++i) pending[i].content = &events[i];
        known.outcomes.assign(events.size(), delivery_outcome::failed);
    }
    const std::string& topic(std::size_t number) const { return pending[number].content->topic; }
    std::string_view subject(std::size_t number) const { return pending[number].content->subject; }
    bool is_refused(std::size_t number) const {
        const auto& sent = pending[number];
        return sent.answer && is_for_itself(*sent.answer);
    }

    deadline until;
    std::vector<pending_event> pending;
    bool is_held_back(std::size_t number) const {
        return held_back.contains(subject(number)) || known.closed_topics.contains(topic(number));
    }

    outcome known;
    std::set<std::string_view> held_back;  ///< subjects of refused events: not sent on
};

result<publisher::outcome> kafka_publisher::publish(std::span<const event> events) {
    publish_progress progress{events};
    if (auto made = have_producer(); !made) return made.error();
    if (auto asked = have_topics(progress); !asked) {
        producer_.reset();
        return asked.error();
    }
    for (;;) {
        const auto to_send_alone = send_in_waves(progress);
        if (to_send_alone.empty() || !send_alone(progress, to_send_alone)) break;
    }
    return std::move(progress.known);
}

result<void> kafka_publisher::have_producer() {
    if (producer_) return {};
    auto made = kafka_producer::make(brokers_);
    if (!made) return made.error();
    producer_ = std::move(*made);
    return {};
}

result<void> kafka_publisher::have_topics(publish_progress& progress) {
    for (std::size_t i = 0; i < progress.pending.size(); ++i) {
        if (progress.known.closed_topics.contains(progress.topic(i))) continue;
        const auto is_there = producer_->have_topic(progress.topic(i), progress.until);
        if (!is_there) return is_there.error();
        if (*is_there) continue;
        progress.known.closed_topics.insert(progress.topic(i));
        progress.known.problem = producer_->trouble();
    }
    return {};
}

/// Sends until every event has an outcome or something goes wrong. Then returns those that have to
/// be sent alone.
kafka_publisher::numbers kafka_publisher::send_in_waves(publish_progress& progress) {
    numbers waiting;
    for (std::size_t i = 0; i < progress.pending.size(); ++i) {
        if (progress.known.outcomes[i] == delivery_outcome::failed) waiting.push_back(i);
    }
    while (!waiting.empty()) {
        numbers wave, later;
        std::set<std::string_view> under_way;
        for (const auto i : waiting) {
            if (progress.is_held_back(i)) continue;
            const bool first = under_way.insert(progress.subject(i)).second;
            (first ? wave : later).push_back(i);
        }
        if (!send_together(progress, wave)) {
            std::erase_if(wave, [&progress](std::size_t i) {
                return progress.known.outcomes[i] != delivery_outcome::failed ||
                       !progress.is_refused(i);
            });
            return wave;
        }
        waiting = std::move(later);
    }
    return {};
}

/// False when one could not be settled.
bool kafka_publisher::send_alone(publish_progress& progress, const numbers& to_send_alone) {
    for (const auto i : to_send_alone) {
        send_together(progress, {i});
        if (progress.known.outcomes[i] == delivery_outcome::failed) return false;
    }
    return true;
}

/// True when each was delivered, or refused before it was sent. Else the producer is gone.
bool kafka_publisher::send_together(publish_progress& progress, const numbers& wave) {
    for (const auto i : wave) progress.pending[i].answer.reset();
    if (auto made = have_producer(); !made) {
        progress.known.problem = made.error().detail;
        return false;
    }
    std::size_t sent = 0;
    for (const auto i : wave) {
        if (!producer_->send(progress.pending[i], progress.until)) break;
        ++sent;
    }
    const auto count_of = [&](auto state) {
        return std::ranges::count_if(wave,
                                     [&](std::size_t i) { return state(progress.pending[i]); });
    };
    const auto is_open = [](const pending_event& one) { return !one.answer; };
    const auto is_bad = [](const pending_event& one) {
        return one.answer && *one.answer != RD_KAFKA_RESP_ERR_NO_ERROR && !one.is_unfit();
    };
    const bool all_sent = sent == wave.size();
    while (all_sent && count_of(is_open) > 0 && count_of(is_bad) == 0 &&
           steady::now() < progress.until) {
        producer_->serve();
    }
    const bool clean = count_of(is_open) == 0 && count_of(is_bad) == 0;
    if (!clean) {
        if (progress.known.problem.empty()) progress.known.problem = producer_->trouble();
        producer_.reset();  // receives the last answers
    }
    record_outcomes(progress, wave);
    return clean;
}

void kafka_publisher::record_outcomes(publish_progress& progress, const numbers& wave) {
    for (const auto i : wave) {
        const auto& each = progress.pending[i];
        auto& known = progress.known.outcomes[i];
        if (each.answer == RD_KAFKA_RESP_ERR_NO_ERROR) {
            known = delivery_outcome::delivered;
            continue;
        }
        if (progress.is_refused(i) && (wave.size() == 1 || each.is_unfit())) {
            known = delivery_outcome::refused;
            progress.held_back.insert(progress.subject(i));
        }
        if (each.answer && is_about_topic(*each.answer))
            progress.known.closed_topics.insert(progress.topic(i));
        if (progress.known.problem.empty()) {
            progress.known.problem =
                each.answer ? rd_kafka_err2str(*each.answer) : "Kafka did not answer in time";
        }
    }
}

}  // namespace market::outbox
