#include "kafka_publisher.hpp"

namespace market::outbox {

namespace {

using steady = std::chrono::steady_clock;

}  // namespace

/// The progress of one publish().
struct kafka_publisher::shipment {
    explicit shipment(std::span<const event> events)
        : until(steady::now() + publish_max), parcels(events.size()) {
        for (std::size_t i = 0; i < events.size(); ++i) parcels[i].content = &events[i];
        known.fates.assign(events.size(), fate::failed);
    }
    const std::string& topic(std::size_t number) const { return parcels[number].content->topic; }
    std::string_view subject(std::size_t number) const { return parcels[number].content->subject; }
    bool is_refused(std::size_t number) const {
        const auto& sent = parcels[number];
        return sent.answer && is_for_itself(*sent.answer);
    }

    deadline until;
    std::vector<parcel> parcels;
    bool waits_in_vain(std::size_t number) const {
        return held_back.contains(subject(number)) || known.closed_topics.contains(topic(number));
    }

    outcome known;
    std::set<std::string_view> held_back;  ///< subjects of refused events: not sent on
};

result<publisher::outcome> kafka_publisher::publish(std::span<const event> events) {
    shipment goods{events};
    if (auto made = have_producer(); !made) return made.error();
    if (auto asked = have_topics(goods); !asked) {
        producer_.reset();
        return asked.error();
    }
    for (;;) {
        const auto suspects = send_in_waves(goods);
        if (suspects.empty() || !send_alone(goods, suspects)) break;
    }
    return std::move(goods.known);
}

result<void> kafka_publisher::have_producer() {
    if (producer_) return {};
    auto made = kafka_producer::make(brokers_);
    if (!made) return made.error();
    producer_ = std::move(*made);
    return {};
}

result<void> kafka_publisher::have_topics(shipment& goods) {
    for (std::size_t i = 0; i < goods.parcels.size(); ++i) {
        if (goods.known.closed_topics.contains(goods.topic(i))) continue;
        const auto is_there = producer_->have_topic(goods.topic(i), goods.until);
        if (!is_there) return is_there.error();
        if (*is_there) continue;
        goods.known.closed_topics.insert(goods.topic(i));
        goods.known.problem = producer_->trouble();
    }
    return {};
}

/// Sends until every event has an outcome or something goes wrong. Then returns those that have to
/// be sent alone.
kafka_publisher::numbers kafka_publisher::send_in_waves(shipment& goods) {
    numbers waiting;
    for (std::size_t i = 0; i < goods.parcels.size(); ++i) {
        if (goods.known.fates[i] == fate::failed) waiting.push_back(i);
    }
    while (!waiting.empty()) {
        numbers wave, later;
        std::set<std::string_view> under_way;
        for (const auto i : waiting) {
            if (goods.waits_in_vain(i)) continue;
            const bool first = under_way.insert(goods.subject(i)).second;
            (first ? wave : later).push_back(i);
        }
        if (!send_together(goods, wave)) {
            std::erase_if(wave, [&goods](std::size_t i) {
                return goods.known.fates[i] != fate::failed || !goods.is_refused(i);
            });
            return wave;
        }
        waiting = std::move(later);
    }
    return {};
}

/// False when one could not be settled.
bool kafka_publisher::send_alone(shipment& goods, const numbers& suspects) {
    for (const auto i : suspects) {
        send_together(goods, {i});
        if (goods.known.fates[i] == fate::failed) return false;
    }
    return true;
}

/// True when each was delivered, or refused before it was sent. Else the producer is gone.
bool kafka_publisher::send_together(shipment& goods, const numbers& wave) {
    for (const auto i : wave) goods.parcels[i].answer.reset();
    if (auto made = have_producer(); !made) {
        goods.known.problem = made.error().detail;
        return false;
    }
    std::size_t sent = 0;
    for (const auto i : wave) {
        if (!producer_->send(goods.parcels[i], goods.until)) break;
        ++sent;
    }
    const auto count_of = [&](auto state) {
        return std::ranges::count_if(wave, [&](std::size_t i) { return state(goods.parcels[i]); });
    };
    const auto is_open = [](const parcel& one) { return !one.answer; };
    const auto is_bad = [](const parcel& one) {
        return one.answer && *one.answer != RD_KAFKA_RESP_ERR_NO_ERROR && !one.is_unfit();
    };
    const bool all_sent = sent == wave.size();
    while (all_sent && count_of(is_open) > 0 && count_of(is_bad) == 0 &&
           steady::now() < goods.until) {
        producer_->serve();
    }
    const bool clean = count_of(is_open) == 0 && count_of(is_bad) == 0;
    if (!clean) {
        if (goods.known.problem.empty()) goods.known.problem = producer_->trouble();
        producer_.reset();  // receives the last answers
    }
    judge(goods, wave);
    return clean;
}

void kafka_publisher::judge(shipment& goods, const numbers& wave) {
    for (const auto i : wave) {
        const auto& each = goods.parcels[i];
        auto& known = goods.known.fates[i];
        if (each.answer == RD_KAFKA_RESP_ERR_NO_ERROR) {
            known = fate::delivered;
            continue;
        }
        if (goods.is_refused(i) && (wave.size() == 1 || each.is_unfit())) {
            known = fate::refused;
            goods.held_back.insert(goods.subject(i));
        }
        if (each.answer && is_about_topic(*each.answer))
            goods.known.closed_topics.insert(goods.topic(i));
        if (goods.known.problem.empty()) {
            goods.known.problem =
                each.answer ? rd_kafka_err2str(*each.answer) : "Kafka did not answer in time";
        }
    }
}

}  // namespace market::outbox
