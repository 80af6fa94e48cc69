#include <market/order/payment_provider.hpp>

namespace market::order {

namespace {

class sandbox_provider final : public payment_provider {
public:
    asio::awaitable<result<authorisation>> authorise(charge wanted) override {
        co_return wanted.token == "tok_ok" ? authorisation::approved : authorisation::declined;
    }
    asio::awaitable<result<void>> capture(payment_id) override { co_return result<void>{}; }
    asio::awaitable<result<void>> refund(payment_id, std::string) override {
        co_return result<void>{};
    }
};

}  // namespace

std::unique_ptr<payment_provider> make_sandbox_provider() {
    return std::make_unique<sandbox_provider>();
}

}  // namespace market::order
