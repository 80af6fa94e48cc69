#pragma once
/// A shop that takes payments, and all that can be done to an order.
#include "life/auto_delivery.hpp"
#include "life/payments.hpp"
#include "order_shop.hpp"

#include <iostream>
#include <mutex>

namespace market::order::testing {

/// The sandbox, and the calls that reached it.
class spy_provider final : public payment_provider {
public:
    asio::awaitable<result<authorisation>> authorise(charge wanted) override {
        if (before_authorise) before_authorise();
        if (approves_all) wanted.token = "tok_ok";
        return sandbox_->authorise(std::move(wanted));
    }
    asio::awaitable<result<void>> capture(payment_id payment) override {
        if (auto once = take_once()) once();
        return answer("capture", payment);
    }
    asio::awaitable<result<void>> refund(payment_id payment, std::string reason) override {
        return answer("refund " + reason, payment);
    }
    std::vector<std::string> calls() const {
        const std::lock_guard lock{mutex_};
        return calls_;
    }

    std::function<void()> before_authorise;  ///< set before the call
    std::function<void()> while_capturing;   ///< likewise; called once
    bool approves_all = false;               ///< likewise
    std::atomic<bool> is_down{false};        ///< every call but authorise fails

private:
    /// The shop's sweeper may be at it as well.
    std::function<void()> take_once() {
        const std::lock_guard lock{mutex_};
        return std::exchange(while_capturing, {});
    }
    asio::awaitable<result<void>> answer(std::string call, payment_id) {
        if (is_down) co_return failure{errc::overloaded, "the provider is out of reach"};
        const std::lock_guard lock{mutex_};
        calls_.push_back(std::move(call));
        co_return result<void>{};
    }

    std::unique_ptr<payment_provider> sandbox_ = make_sandbox_provider();
    mutable std::mutex mutex_;
    std::vector<std::string> calls_;
};

class life_shop : public order_shop {
public:
    /// With a hold of 600 s.
    explicit life_shop(const std::string& kind = "sqlite",
                       std::int64_t low_at = stock::low_at_default)
        : life_shop(std::make_shared<spy_provider>(), 600s, kind, low_at) {}
    /// Without payments.
    struct unpaid {};
    explicit life_shop(unpaid)
        : life_shop(std::make_shared<spy_provider>(), std::nullopt, "sqlite",
                    stock::low_at_default) {}

    spy_provider& provider() { return *provider_; }
    user::principal as(user_id who, user::role role = user::role::user) { return {who, role, {}}; }
    /// Somebody else than the buyers of the tests.
    user::principal admin() { return as(buyer(39), user::role::admin); }
    order_service& calls() { return orders().service(); }

    result<order> pay(user_id who, order_id id, const std::string& token = "tok_ok") {
        return run(calls().pay(as(who), id, token, ""));
    }
    result<payment_receipt> notice(const std::string& name, order_id of,
                                   payment_notice::what kind = payment_notice::what::captured) {
        return run(calls().take_notice({name, kind, of, clock().now()}, ""));
    }
    result<order> deliver(order_id id, delivery_step to, std::optional<std::string> carrier = {},
                          std::optional<std::string> tracking = {}) {
        delivery_change wanted{to, std::move(carrier), std::move(tracking)};
        return run(calls().set_delivery(admin(), id, std::move(wanted), ""));
    }
    result<order> request_return(user_id who, order_id id) {
        return run(calls().request_return(as(who), id, "too small", ""));
    }
    result<order> accept_return(order_id id) { return run(calls().accept_return(admin(), id, "")); }
    order read(order_id id) { return run(calls().read(admin(), id)).value(); }

    /// As another server would, now: overdue orders expire, the debts to the provider are settled.
    void sweep() {
        payments another{parts()};
        run(another.sweep());
    }
    void sweep_elsewhere() {
        payments another{parts()};
        run_elsewhere(another.sweep());
    }
    /// Likewise: deliveries that have stayed in their state move on.
    void move_deliveries(std::chrono::seconds stay) {
        auto_delivery another{parts(), stay};
        run(another.sweep());
    }
    void move_deliveries_elsewhere(std::chrono::seconds stay) {
        auto_delivery another{parts(), stay};
        run_elsewhere(another.sweep());
    }
    /// What the provider has yet to be told.
    std::int64_t debts() {
        return count(db::sql{} << "SELECT COUNT(*) FROM payments WHERE owed IS NOT NULL");
    }

    /// `created confirmed ...` of an order, `opened closed` of a sale, as they were appended.
    template <class Tag>
    std::string events_of(const market::id<Tag>& id) {
        std::string out;
        auto list = [&](db::transaction& tx) -> result<void> {
            for (const auto& [type] : tx.query<std::string>(
                     db::sql{} << "SELECT type FROM outbox WHERE subject = " << to_string(id)
                               << " AND topic <> 'market.stock' ORDER BY id")) {
                if (!out.empty()) out += " ";
                const auto name = type.substr(type.find('.', 7) + 1);  // market.order.(...).v1
                out += name.substr(0, name.size() - 3);
            }
            return {};
        };
        record().read(list).value();
        return out;
    }

private:
    life_shop(std::shared_ptr<spy_provider> provider, std::optional<std::chrono::seconds> hold,
              const std::string& kind, std::int64_t low_at)
        : order_shop(with(provider, hold), {}, kind, {.currency = "KRW", .low_at = low_at}),
          provider_(std::move(provider)) {}

    static settings with(std::shared_ptr<payment_provider> provider,
                         std::optional<std::chrono::seconds> hold) {
        settings out;
        out.payment_hold = hold;
        out.provider = std::move(provider);
        return out;
    }

    std::shared_ptr<spy_provider> provider_;
};

inline std::string code_of(const result<order>& got) {
    return got ? std::string{to_string(got->state)} : std::string{to_string(got.error().code)};
}

}  // namespace market::order::testing
