#pragma once
/// The life of orders as a plain model: what each action has to answer and to leave behind.
#include "order_rules.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace market::order::testing {

struct model_order {
    order_id id;
    std::size_t buyer = 0;
    std::int64_t sale_units = 0, plain_units = 0;
    order_state state = order_state::pending_payment;
    payment_state paid = payment_state::pending;
    std::string token;  ///< last tried with; empty: none, or the provider captured
    instant expires_at, delivered_at;
    std::string delivery = "none";
    std::string events = "created";
};

/// One product with one sale, and whoever buys of them.
class model {
public:
    model(std::int64_t general, std::int64_t on_sale, std::int64_t limit)
        : general_total(general), sale_total(on_sale), limit_(limit) {}

    /// `placed`, or any refusal that this cart has earned, the first first.
    std::vector<std::string> may_answer(std::size_t buyer, std::int64_t of_sale,
                                        std::int64_t plain) const {
        std::vector<std::string> out;
        if (of_sale > 0 && closed) return {"sale_ended"};
        if (of_sale > 0 && bought_by(buyer) + of_sale > limit_) out.emplace_back("purchase_limit");
        if (of_sale > 0 && sale_sold + of_sale > sale_total) out.emplace_back("sold_out");
        if (out.empty() && general_sold + plain > general_total) out.emplace_back("out_of_stock");
        if (out.empty()) out.emplace_back("placed");
        return out;
    }
    void place(model_order made) {
        sale_sold += made.sale_units;
        general_sold += made.plain_units;
        if (made.sale_units > 0) buyers[made.buyer] += made.sale_units;
        orders.push_back(std::move(made));
    }

    std::string cancel(model_order& of, instant) {
        if (of.state == order_state::cancelled) return "cancelled";
        if (!may(order_action::cancel, of.state)) return "order_state";
        if (of.delivery != "none") of.delivery = "cancelled";
        end(of, order_state::cancelled);
        return "cancelled";
    }

    std::string pay(model_order& of, const std::string& token, instant now) {
        if (of.state == order_state::expired) return "order_expired";
        if (of.state == order_state::pending_payment) {
            if (of.expires_at <= now) return "order_expired";
            of.token = token;
            if (token != "tok_ok") {
                of.paid = payment_state::declined;
                return "payment_declined";
            }
            confirm(of);
            return "confirmed";
        }
        const bool is_ours = of.token.empty() || of.token == token;
        if (of.paid != payment_state::captured || !is_ours) return "order_state";
        return std::string{to_string(of.state)};
    }

    /// The payment's state after the provider's notice.
    std::string notice(model_order& of, bool captured, instant now) {
        if (of.state == order_state::pending_payment) {
            if (!captured) {
                of.paid = payment_state::declined;
                of.token.clear();
            } else if (of.expires_at <= now) {
                end(of, order_state::expired);
                of.paid = payment_state::refunded;
            } else {
                of.token.clear();
                confirm(of);
            }
        } else if (captured && !is_live(of.state)) {
            of.paid = payment_state::refunded;
        }
        return std::string{to_string(of.paid)};
    }

    std::string deliver(model_order& of, order_action what, instant now) {
        const auto to = end_of(what);
        if (of.state == to) return std::string{to_string(to)};
        if (!may(what, of.state)) return "order_state";
        enter(of, to);
        of.delivery = to_string(to);
        if (to == order_state::delivered) of.delivered_at = now;
        return of.delivery;
    }

    std::string request_return(model_order& of, instant now) {
        if (of.state == order_state::return_requested) return "return_requested";
        if (!may(order_action::request_return, of.state)) return "order_state";
        if (now > of.delivered_at + std::chrono::days{7}) return "return_window_closed";
        enter(of, order_state::return_requested);
        return "return_requested";
    }

    std::string accept_return(model_order& of) {
        if (of.state == order_state::returned) return "returned";
        if (!may(order_action::accept_return, of.state)) return "order_state";
        end(of, order_state::returned);
        return "returned";
    }

    void expire_overdue(instant now) {
        for (auto& each : orders)
            if (each.state == order_state::pending_payment && each.expires_at <= now)
                end(each, order_state::expired);
    }

    void close() {
        if (!closed) move_to_general(sale_total - sale_sold);
        closed = true;
    }

    std::int64_t limit() const { return limit_; }

    std::int64_t general_total, general_sold = 0;
    std::int64_t sale_total, sale_sold = 0;
    bool closed = false;
    std::map<std::size_t, std::int64_t> buyers;  ///< units of the sale in live orders
    std::vector<model_order> orders;

private:
    std::int64_t bought_by(std::size_t buyer) const {
        const auto found = buyers.find(buyer);
        return found == buyers.end() ? 0 : found->second;
    }
    void move_to_general(std::int64_t units) {
        sale_total -= units;
        general_total += units;
    }
    void enter(model_order& of, order_state to) {
        of.state = to;
        of.events += " " + std::string{to_string(to)};
    }
    void confirm(model_order& of) {
        enter(of, order_state::confirmed);
        of.paid = payment_state::captured;
        of.delivery = "pending";
    }
    void end(model_order& of, order_state to) {
        enter(of, to);
        if (of.paid == payment_state::captured) of.paid = payment_state::refunded;
        sale_sold -= of.sale_units;
        general_sold -= of.plain_units;
        if (of.sale_units > 0) buyers[of.buyer] -= of.sale_units;
        if (closed) move_to_general(of.sale_units);
    }

    std::int64_t limit_;
};

}  // namespace market::order::testing
