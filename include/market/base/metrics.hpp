#pragma once
/// Numbers that the server tells about itself. A module makes its own, in its own files; whoever
/// shows them (`/metrics`) collects all of them. Thread-safe; counting takes no lock.
///
/// Names are `market_<what>_<unit>`, of counters with `_total`; once given they stay.
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace market::metrics {

using labels = std::map<std::string, std::string>;

/// Only ever grows.
class counter {
public:
    void add(std::uint64_t count = 1) noexcept {
        value_.fetch_add(count, std::memory_order_relaxed);
    }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// What something is at the moment.
class gauge {
public:
    void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
    double value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<double> value_{0};
};

/// How many observations were at most each bound, and their sum.
class histogram {
public:
    /// Ascending.
    explicit histogram(std::vector<double> bounds);
    void observe(double value) noexcept;

    struct reading {
        std::vector<double> bounds;
        std::vector<std::uint64_t> up_to;  ///< one for each bound, and last for all
        double sum = 0;
    };
    reading read() const;

private:
    const std::vector<double> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_;
    std::atomic<double> sum_{0};
};

/// These live as long as the process. One name with several sets of labels has one help text.
counter& make_counter(std::string name, std::string help, labels of = {});
gauge& make_gauge(std::string name, std::string help, labels of = {});
histogram& make_histogram(std::string name, std::string help, std::vector<double> bounds,
                          labels of = {});

/// One of those that were made, as it is now.
struct reading {
    std::string_view name, help;
    const labels& of;
    std::variant<std::uint64_t, double, histogram::reading> value;  ///< counter, gauge, histogram
};
/// Calls back with each; none can be made meanwhile.
void visit(const std::function<void(const reading&)>& each);

}  // namespace market::metrics
