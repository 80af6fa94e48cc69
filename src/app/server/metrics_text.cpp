#include "server/metrics_text.hpp"

#include <market/base/metrics.hpp>
#include <market/outbox/outbox.hpp>

#include <prometheus/text_serializer.h>

namespace market::app {
namespace {

using families = std::map<std::string, prometheus::MetricFamily, std::less<>>;

prometheus::ClientMetric::Histogram to_histogram(const metrics::histogram::reading& from) {
    prometheus::ClientMetric::Histogram out;
    out.sample_count = from.up_to.back();
    out.sample_sum = from.sum;
    for (std::size_t i = 0; i < from.bounds.size(); ++i)
        out.bucket.push_back({from.up_to[i], from.bounds[i]});
    out.bucket.push_back({from.up_to.back(), std::numeric_limits<double>::infinity()});
    return out;
}

/// Says of which kind it is, and sets the value.
struct value_writer {
    prometheus::ClientMetric& into;

    prometheus::MetricType operator()(std::uint64_t count) const {
        into.counter.value = static_cast<double>(count);
        return prometheus::MetricType::Counter;
    }
    prometheus::MetricType operator()(double value) const {
        into.gauge.value = value;
        return prometheus::MetricType::Gauge;
    }
    prometheus::MetricType operator()(const metrics::histogram::reading& value) const {
        into.histogram = to_histogram(value);
        return prometheus::MetricType::Histogram;
    }
};

void add(families& all, const metrics::reading& from) {
    prometheus::ClientMetric made;
    for (const auto& [name, value] : from.of) made.label.push_back({name, value});
    const auto kind = std::visit(value_writer{made}, from.value);
    auto& family = all[std::string{from.name}];
    family.name = from.name;
    family.help = from.help;
    family.type = kind;
    family.metric.push_back(std::move(made));
}

void add_outbox(families& all, db::database& record) {
    struct seen {
        outbox::tally counts;
        std::optional<instant> oldest;
    };
    const auto now = record.read([](db::transaction& tx) -> result<seen> {
        return seen{outbox::read_tally(tx), outbox::oldest_waiting(tx)};
    });
    if (!now) return;
    const metrics::labels none;
    const auto age = now->oldest ? system_clock().now() - *now->oldest : instant::duration{};
    add(all, {"market_outbox_waiting_events", "Events that are not published yet.", none,
              static_cast<double>(now->counts.waiting)});
    add(all, {"market_outbox_parked_events", "Events that the broker refuses, and those behind.",
              none, static_cast<double>(now->counts.parked)});
    add(all, {"market_outbox_oldest_seconds", "How long the first of the waiting events waits.",
              none, std::max(0.0, std::chrono::duration<double>(age).count())});
}

}  // namespace

std::string metrics_text(db::database& record) {
    families all;
    metrics::visit([&all](const metrics::reading& each) { add(all, each); });
    add_outbox(all, record);
    std::vector<prometheus::MetricFamily> listed;
    for (auto& [_, family] : all) listed.push_back(std::move(family));
    return prometheus::TextSerializer{}.Serialize(listed);
}

}  // namespace market::app
