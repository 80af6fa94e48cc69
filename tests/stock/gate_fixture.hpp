#pragma once
/// What the tests of the gate contract run on: the same tests for every kind of gate.
///
/// For a new kind of gate derive from gate_fixture and add it to gate_kinds(). No test changes.
#include <market/stock/gate.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace market::stock::testing {

/// A time that moves only when told to. Thread-safe.
class manual_clock final : public wall_clock {
public:
    instant now() const override { return from_micros(micros_.load()); }
    void advance(std::chrono::microseconds by) { micros_ += by.count(); }

private:
    std::atomic<std::int64_t> micros_{1'800'000'000'000'000};
};

/// One fresh gate. Thread-safe but for advance().
class gate_fixture {
public:
    virtual ~gate_fixture() = default;
    virtual stock_gate& gate() = 0;
    virtual instant now() const = 0;  ///< gate time
    virtual void advance(std::chrono::milliseconds by) = 0;

    /// What the call returns, run to its end.
    template <class T>
    T settle(asio::awaitable<T> call) {
        std::optional<T> out;
        run(keep(std::move(call), out));
        return std::move(*out);
    }

private:
    /// Runs to the end where the gate may be called from; rethrows.
    virtual void run(asio::awaitable<void> work) = 0;

    template <class T>
    static asio::awaitable<void> keep(asio::awaitable<T> call, std::optional<T>& out) {
        out.emplace(co_await std::move(call));
    }
};

struct gate_kind {
    std::string name;
    std::unique_ptr<gate_fixture> (*make)();
};
inline std::ostream& operator<<(std::ostream& out, const gate_kind& kind) {
    return out << kind.name;
}

/// Every kind of gate that can run here.
std::vector<gate_kind> gate_kinds();

}  // namespace market::stock::testing
