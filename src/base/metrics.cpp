#include <market/base/metrics.hpp>

#include <algorithm>
#include <deque>
#include <mutex>

namespace market::metrics {

namespace {

template <class Value>
struct named {
    template <class... Args>
    named(std::string name_given, std::string help_given, labels of_given, Args&&... args)
        : name(std::move(name_given)),
          help(std::move(help_given)),
          of(std::move(of_given)),
          value(std::forward<Args>(args)...) {}

    std::string name, help;
    labels of;
    Value value;
};

struct everything {
    std::mutex mutex;
    // Deques: references that were given out stay valid.
    std::deque<named<counter>> counters;
    std::deque<named<gauge>> gauges;
    std::deque<named<histogram>> histograms;
};

everything& all() {
    static everything made;
    return made;
}

}  // namespace

histogram::histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

void histogram::observe(double value) noexcept {
    const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
    counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
}

histogram::reading histogram::read() const {
    reading out{.bounds = bounds_, .up_to = {}, .sum = sum_.load(std::memory_order_relaxed)};
    std::uint64_t so_far = 0;
    for (const auto& count : counts_)
        out.up_to.push_back(so_far += count.load(std::memory_order_relaxed));
    return out;
}

counter& make_counter(std::string name, std::string help, labels of) {
    const std::lock_guard held{all().mutex};
    return all().counters.emplace_back(std::move(name), std::move(help), std::move(of)).value;
}

gauge& make_gauge(std::string name, std::string help, labels of) {
    const std::lock_guard held{all().mutex};
    return all().gauges.emplace_back(std::move(name), std::move(help), std::move(of)).value;
}

histogram& make_histogram(std::string name, std::string help, std::vector<double> bounds,
                          labels of) {
    const std::lock_guard held{all().mutex};
    return all()
        .histograms.emplace_back(std::move(name), std::move(help), std::move(of), std::move(bounds))
        .value;
}

void visit(const std::function<void(const reading&)>& each) {
    const std::lock_guard held{all().mutex};
    for (const auto& one : all().counters) each({one.name, one.help, one.of, one.value.value()});
    for (const auto& one : all().gauges) each({one.name, one.help, one.of, one.value.value()});
    for (const auto& one : all().histograms) each({one.name, one.help, one.of, one.value.read()});
}

}  // namespace market::metrics
