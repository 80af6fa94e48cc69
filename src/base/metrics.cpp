#include <market/base/metrics.hpp>

#include <algorithm>
#include <deque>
#include <mutex>

namespace market::metrics {

namespace {

struct everything {
    std::mutex mutex;
    std::deque<made_counter> counters;  // a deque: what was handed out stays where it is
    std::deque<made_histogram> histograms;
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

histogram& make_histogram(std::string name, std::string help, std::vector<double> bounds,
                          labels of) {
    const std::lock_guard held{all().mutex};
    return all()
        .histograms.emplace_back(std::move(name), std::move(help), std::move(of), std::move(bounds))
        .value;
}

void visit(const std::function<void(const made_counter&)>& each_counter,
           const std::function<void(const made_histogram&)>& each_histogram) {
    const std::lock_guard held{all().mutex};
    for (const auto& each : all().counters) each_counter(each);
    for (const auto& each : all().histograms) each_histogram(each);
}

}  // namespace market::metrics
