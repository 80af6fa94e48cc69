#pragma once
/// Numbers that a server publishes about itself. Each module makes its own, in its own files;
/// `/metrics` shows all of them. Thread-safe; counting takes no lock.
///
/// Names are `market_<what>_<unit>`; a counter's ends with `_total`. Names never change: dashboards
/// depend on them.
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

/// A value that rises and falls.
class gauge {
public:
    void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
    double value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<double> value_{0};
};

/// Counts observations up to each bound, and sums them.
class histogram {
public:
    /// Ascending.
    explicit histogram(std::vector<double> bounds);
    void observe(double value) noexcept;

    struct reading {
        std::vector<double> bounds;
        std::vector<std::uint64_t> up_to;  ///< one count for each bound; the last counts all
        double sum = 0;
    };
    reading read() const;

private:
    const std::vector<double> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_;
    std::atomic<double> sum_{0};
};

/// These live as long as the process. All metrics of one name have one help text.
counter& make_counter(std::string name, std::string help, labels of = {});
gauge& make_gauge(std::string name, std::string help, labels of = {});
histogram& make_histogram(std::string name, std::string help, std::vector<double> bounds,
                          labels of = {});

/// One metric, as it is now.
struct reading {
    std::string_view name, help;
    const labels& of;
    std::variant<std::uint64_t, double, histogram::reading> value;  ///< counter, gauge, histogram
};
/// Calls `each` with every metric. No metric can be made meanwhile.
void visit(const std::function<void(const reading&)>& each);

}  // namespace market::metrics
