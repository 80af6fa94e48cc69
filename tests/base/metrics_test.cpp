#include <market/base/metrics.hpp>

#include "support/catch.hpp"

using namespace market;

namespace {

template <class Value>
std::vector<Value> values_of(const std::string& name) {
    std::vector<Value> out;
    metrics::visit([&](const metrics::reading& each) {
        if (each.name == name) out.push_back(std::get<Value>(each.value));
    });
    return out;
}

}  // namespace

TEST_CASE("counters count from all threads, each set of labels for itself", "[base][metrics]") {
    auto& left = metrics::make_counter("market_test_total", "For this test.", {{"side", "left"}});
    auto& right = metrics::make_counter("market_test_total", "For this test.", {{"side", "right"}});
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&left] {
            for (int n = 0; n < 10'000; ++n) left.add();
        });
    }
    right.add(7);
    for (auto& thread : threads) thread.join();
    CHECK(values_of<std::uint64_t>("market_test_total") == std::vector<std::uint64_t>{40'000, 7});
}

TEST_CASE("a gauge is what it was last set to", "[base][metrics]") {
    auto& level = metrics::make_gauge("market_test_level", "For this test.");
    level.set(3);
    level.set(2.5);
    CHECK(values_of<double>("market_test_level") == std::vector<double>{2.5});
}

TEST_CASE("a histogram counts what is at most each bound", "[base][metrics]") {
    auto& sizes = metrics::make_histogram("market_test_sizes", "For this test.", {1, 10, 100});
    for (const double value : {0.5, 1.0, 1.5, 10.0, 100.0, 1000.0}) sizes.observe(value);
    const auto seen = values_of<metrics::histogram::reading>("market_test_sizes");
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].up_to == std::vector<std::uint64_t>{2, 4, 5, 6});
    CHECK(seen[0].sum == 1113.0);
}
