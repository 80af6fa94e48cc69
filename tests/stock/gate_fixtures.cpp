#include "stock/gate_fixture.hpp"

#include <exception>

namespace market::stock::testing {
namespace {

class memory_gate_fixture final : public gate_fixture {
public:
    stock_gate& gate() override { return *gate_; }
    instant now() const override { return clock_.now(); }
    void advance(std::chrono::milliseconds by) override { clock_.advance(by); }

private:
    void run(asio::awaitable<void> work) override {
        asio::io_context context;
        asio::co_spawn(context, std::move(work), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        context.run();
    }

    manual_clock clock_;
    std::unique_ptr<stock_gate> gate_ = make_memory_gate(clock_);
};

std::unique_ptr<gate_fixture> make_memory_gate_fixture() {
    return std::make_unique<memory_gate_fixture>();
}

}  // namespace

std::vector<gate_kind> gate_kinds() { return {{"memory", make_memory_gate_fixture}}; }

}  // namespace market::stock::testing
