#include <market/order/order_module.hpp>

#include "gate/gate_loader.hpp"
#include "gate/sweeper.hpp"
#include "life/auto_delivery.hpp"
#include "life/order_life.hpp"
#include "life/payments.hpp"
#include "purchase/order_placement.hpp"
#include "purchase/order_writer.hpp"

#include <market/base/log.hpp>

namespace market::order {

namespace {

using namespace std::chrono_literals;

constexpr auto sweep_interval = 1s;

class orders final : public order_module, public order_service {
public:
    orders(db::async_database database, const wall_clock& clock, stock::stock_gate& gate,
           std::function<void()> notify, const settings& chosen)
        : loader_(database, gate, chosen.loader),
          provider_(chosen.provider ? chosen.provider : make_sandbox_provider()),
          parts_{database, clock, gate, loader_, *provider_, std::move(notify), chosen.currency},
          writer_(parts_, {chosen.batch_orders_max, chosen.queue_orders_max, chosen.payment_hold}),
          placement_(parts_, writer_.queue()),
          life_(parts_, chosen.return_window),
          payments_(parts_),
          sweeper_(parts_, chosen.request_deadline) {
        if (chosen.auto_delivery) auto_delivery_.emplace(parts_, *chosen.auto_delivery);
    }
    ~orders() override { stop(); }

    order_service& service() override { return *this; }
    stock::gate_rebuilder& rebuilder() override { return loader_; }

    void start() override {
        writer_.start();
        // Side by side: a provider that answers slowly keeps no gate closed.
        asio::co_spawn(background_, sweep_until_stopped(sweeper_), asio::detached);
        asio::co_spawn(background_, sweep_until_stopped(payments_), asio::detached);
        if (auto_delivery_)
            asio::co_spawn(background_, sweep_until_stopped(*auto_delivery_), asio::detached);
        sweeping_ = std::thread{[this] { background_.run(); }};
    }

    void stop() override {
        stop_sweeping_.set();
        if (sweeping_.joinable()) sweeping_.join();
        parts_.database.wait_until_idle();
        writer_.stop();
    }

    asio::awaitable<result<purchase_reply>> place(purchase_request request) override {
        return placement_.place(std::move(request));
    }
    asio::awaitable<result<order>> read(user::principal who, order_id id) override {
        return life_.read(who, id);
    }
    asio::awaitable<result<page<order>>> list(user::principal who, page_request request,
                                              order_filter filter) override {
        return life_.list(who, std::move(request), filter);
    }
    asio::awaitable<result<order>> cancel(user::principal who, order_id id,
                                          std::string traceparent) override {
        return life_.cancel(who, id, std::move(traceparent));
    }
    asio::awaitable<result<order>> set_delivery(user::principal who, order_id id,
                                                delivery_change change,
                                                std::string traceparent) override {
        return life_.set_delivery(who, id, std::move(change), std::move(traceparent));
    }
    asio::awaitable<result<order>> request_return(user::principal who, order_id id,
                                                  std::string reason,
                                                  std::string traceparent) override {
        return life_.request_return(who, id, std::move(reason), std::move(traceparent));
    }
    asio::awaitable<result<order>> accept_return(user::principal who, order_id id,
                                                 std::string traceparent) override {
        return life_.accept_return(who, id, std::move(traceparent));
    }
    asio::awaitable<result<order>> pay(user::principal who, order_id id, std::string token,
                                       std::string traceparent) override {
        return payments_.pay(who, id, std::move(token), std::move(traceparent));
    }
    asio::awaitable<result<payment_receipt>> take_notice(payment_notice notice,
                                                         std::string traceparent) override {
        return payments_.take_notice(std::move(notice), std::move(traceparent));
    }

private:
    template <class Part>
    asio::awaitable<void> sweep_until_stopped(Part& part) {
        for (;;) {
            const auto next = std::chrono::steady_clock::now() + sweep_interval;
            try {
                co_await part.sweep();
            } catch (const std::exception& failed) {
                log::error("order.sweep_failed", {{"reason", failed.what()}});
            }
            if (co_await stop_sweeping_.wait(next)) co_return;
        }
    }

    gate_loader loader_;
    const std::shared_ptr<payment_provider> provider_;
    const order_parts parts_;
    order_writer writer_;
    order_placement placement_;
    order_life life_;
    payments payments_;
    sweeper sweeper_;
    std::optional<auto_delivery> auto_delivery_;
    asio::io_context background_{1};
    one_shot stop_sweeping_;
    std::thread sweeping_;
};

}  // namespace

std::unique_ptr<order_module> make_order_module(db::async_database database,
                                                const wall_clock& clock, stock::stock_gate& gate,
                                                std::function<void()> notify, settings chosen) {
    return std::make_unique<orders>(database, clock, gate, std::move(notify), chosen);
}

}  // namespace market::order
