#include <market/order/order_module.hpp>

#include "gate/gate_loader.hpp"
#include "gate/sweeper.hpp"
#include "life/auto_delivery.hpp"
#include "life/order_life.hpp"
#include "life/payments.hpp"
#include "purchase/order_writer.hpp"
#include "purchase/purchase_metrics.hpp"
#include "purchase/purchase_run.hpp"
#include "purchase/request_coalescer.hpp"

#include <market/base/log.hpp>

namespace market::order {

namespace {

using namespace std::chrono_literals;

constexpr auto sweep_interval = 1s;

cart make_cart(purchase_request request, const purchase_key& key, const digest256& fingerprint) {
    cart out;
    out.key = key;
    out.attempt = make_random_id<attempt_id>();
    out.buyer = request.buyer;
    out.fingerprint = fingerprint;
    for (const auto& line : request.lines) out.lines.push_back({line.thing, line.quantity, 0, 0});
    out.may_lack_address = !request.address && request.profile_may_lack_address;
    out.address = std::move(request.address);
    out.traceparent = std::move(request.traceparent);
    out.until = request.until;
    return out;
}

class orders final : public order_module, public order_service {
public:
    orders(db::database& database, worker_pool& blocking, const wall_clock& clock,
           stock::stock_gate& gate, const std::function<void()>& notify, const settings& chosen)
        : loader_(database, blocking, gate, chosen.loader),
          writer_(database, clock, gate, notify,
                  {chosen.currency, chosen.batch_orders_max, chosen.queue_orders_max,
                   chosen.payment_hold}),
          provider_(chosen.provider ? chosen.provider : make_sandbox_provider()),
          life_parts_{database, blocking,   clock,  gate,
                      loader_,  *provider_, notify, chosen.currency},
          life_(life_parts_, chosen.return_window),
          payments_(life_parts_),
          sweeper_(database, blocking, clock, gate, loader_,
                   {chosen.request_deadline, chosen.currency}),
          parts_{database, blocking, gate, loader_, writer_.queue()} {
        if (chosen.auto_delivery) auto_delivery_.emplace(life_parts_, *chosen.auto_delivery);
    }

    order_service& service() override { return *this; }
    stock::gate_rebuilder& rebuilder() override { return loader_; }

    ~orders() override { stop(); }

    void start() override {
        writer_.start();
        // Apart: a provider that answers slowly keeps no gate closed.
        asio::co_spawn(background_, sweep_until_stopped(sweeper_), asio::detached);
        asio::co_spawn(background_, sweep_until_stopped(payments_), asio::detached);
        if (auto_delivery_)
            asio::co_spawn(background_, sweep_until_stopped(*auto_delivery_), asio::detached);
        sweeping_ = std::thread{[this] { background_.run(); }};
    }

    void stop() override {
        stop_sweeping_.set();
        if (sweeping_.joinable()) sweeping_.join();
        parts_.blocking.wait_until_idle();
        writer_.stop();
    }

    asio::awaitable<result<purchase_reply>> place(purchase_request request) override {
        auto outcome = co_await decide(std::move(request));
        count_purchase(outcome);
        co_return outcome;
    }

    // Requests of one key fly together; one with another body waits for the first to land and then
    // is told that the key was used, or flies itself when the first made no order.
    asio::awaitable<result<purchase_reply>> decide(purchase_request request) {
        if (writer_.queue().full())
            co_return failure{errc::overloaded, "too many purchases are waiting; try again"};
        const auto key = make_purchase_key(request.buyer, request.idempotency_key);
        const auto fingerprint = fingerprint_of(request);
        const auto until = request.until;
        const bool keyed = request.idempotency_key.has_value();
        if (!keyed) co_return co_await fly(make_cart(std::move(request), key, fingerprint), keyed);
        for (;;) {
            const auto seat = flights_.board(key, fingerprint);
            if (seat.pilot) {
                auto outcome = co_await fly(make_cart(std::move(request), key, fingerprint), keyed);
                flights_.land(key, seat, outcome);
                co_return outcome;
            }
            if (!co_await seat.on->landed.wait(until))
                co_return failure{errc::idempotency_in_flight,
                                  "a request with this Idempotency-Key is still under way"};
            auto outcome = seat.on->outcome;
            if (seat.on->fingerprint == fingerprint) {
                if (outcome) outcome->replayed = true;
                co_return outcome;
            }
            if (outcome)
                co_return failure{errc::idempotency_key_reused,
                                  "this Idempotency-Key was used with another body"};
        }
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
                                                delivery_change wanted,
                                                std::string traceparent) override {
        return life_.set_delivery(who, id, std::move(wanted), std::move(traceparent));
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
    asio::awaitable<result<payment_receipt>> take_notice(payment_notice told,
                                                         std::string traceparent) override {
        return payments_.take_notice(std::move(told), std::move(traceparent));
    }

private:
    /// Never throws: whatever goes wrong, those who wait for the flight must be told.
    asio::awaitable<result<purchase_reply>> fly(cart wanted, bool keyed) {
        try {
            purchase_run run{parts_, std::move(wanted), keyed};
            co_return co_await run.buy();
        } catch (const std::exception& failed) {
            log::error("order.purchase_failed", {{"reason", failed.what()}});
        }
        co_return failure{errc::outcome_unknown, "the outcome is not known; ask with the same key"};
    }

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
    order_writer writer_;
    std::shared_ptr<payment_provider> provider_;
    life_parts life_parts_;
    order_life life_;
    payment_desk payments_;
    sweeper sweeper_;
    std::optional<auto_delivery> auto_delivery_;
    purchase_parts parts_;
    flights flights_;
    asio::io_context background_{1};
    one_shot stop_sweeping_;
    std::thread sweeping_;
};

}  // namespace

std::unique_ptr<order_module> make_order_module(db::async_database database,
                                                const wall_clock& clock, stock::stock_gate& gate,
                                                std::function<void()> notify, settings chosen) {
    return std::make_unique<orders>(database.blocking(), database.pool(), clock, gate, notify,
                                    chosen);
}

}  // namespace market::order
