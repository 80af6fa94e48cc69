#pragma once
/// The life of orders as a plain model: what each action has to answer and to leave behind.
#include "life/order_rules.hpp"
#include "model_stock.hpp"

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
    std::string events = " created";
};

/// One product with one sale, and whoever buys of them. Actors are `admin`, `system`, or a buyer's
/// number.
class model {
public:
    model(std::int64_t general, std::int64_t on_sale, std::int64_t limit, instant from, instant to)
        : stock(general, on_sale), starts_at(from), ends_at(to), limit_(limit) {}

    /// `placed`, or the refusal.
    std::string buy(std::size_t buyer, std::int64_t of_sale, std::int64_t plain,
                    instant now) const {
        if (of_sale > 0) {
            if (has_ended(now)) return "sale_ended";
            if (now < starts_at) return "sale_not_open";
            if (paused) return "sale_paused";
            if (bought_by(buyer) + of_sale > limit_) return "purchase_limit";
            if (stock.sale.available() < of_sale) return "sold_out";
        }
        return stock.general.available() < plain ? "out_of_stock" : "placed";
    }
    void place(model_order made) {
        if (made.sale_units > 0) {
            stock.sale.take(made.sale_units);
            buyers[made.buyer] += made.sale_units;
        }
        if (made.plain_units > 0) stock.general.take(made.plain_units);
        orders.push_back(std::move(made));
    }

    std::string cancel(model_order& of, const std::string& actor) {
        if (of.state == order_state::cancelled) return "cancelled";
        if (!may(order_action::cancel, of.state)) return "order_state";
        if (of.delivery != "none") of.delivery = "cancelled";
        end(of, order_state::cancelled, actor);
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
                end(of, order_state::expired, "system");
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
        end(of, order_state::returned, "admin");
        return "returned";
    }

    std::string adjust(std::int64_t delta) {
        return stock.adjust(delta) ? "adjusted" : "stock_conflict";
    }

    /// The sale's status, or the refusal.
    std::string pause(bool wanted, instant now) {
        if (has_ended(now)) return "sale_state";
        paused = wanted;
        return status(now);
    }

    /// Only before it opened.
    std::string resize(std::int64_t quantity, instant now) {
        if (has_ended(now)) return "sale_state";
        if (quantity == stock.quantity) return "resized";
        if (is_told_open() || now >= starts_at) return "sale_state";
        return stock.resize(quantity) ? "resized" : "stock_conflict";
    }

    /// What the clock brings: sales are told to have opened, and close; payments expire.
    void time_comes(instant now, std::chrono::seconds request_deadline) {
        for (auto& each : orders)
            if (each.state == order_state::pending_payment && each.expires_at <= now)
                end(each, order_state::expired, "system");
        if (closed) return;
        announce_opened(now);
        if (ends_at + request_deadline <= now) close("system", now);
    }
    void announce_opened(instant now) {
        if (!closed && !is_told_open() && starts_at <= now) sale_events += " opened";
    }
    void close(const std::string& actor, instant now) {
        if (closed) return;
        announce_opened(now);
        stock.close(actor);
        sale_events += " closed";
        closed = true;
    }

    bool has_ended(instant now) const { return closed || now >= ends_at; }
    std::string status(instant now) const {
        if (has_ended(now)) return "ended";
        if (now < starts_at) return "upcoming";
        if (paused) return "paused";
        return stock.sale.available() == 0 ? "sold_out" : "open";
    }
    std::int64_t limit() const { return limit_; }

    model_stock stock;
    instant starts_at, ends_at;
    bool paused = false, closed = false;
    std::string sale_events;
    std::map<std::size_t, std::int64_t> buyers;  ///< units of the sale in live orders
    std::vector<model_order> orders;

private:
    bool is_told_open() const { return sale_events.starts_with(" opened"); }
    std::int64_t bought_by(std::size_t buyer) const {
        const auto found = buyers.find(buyer);
        return found == buyers.end() ? 0 : found->second;
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
    void end(model_order& of, order_state to, const std::string& actor) {
        enter(of, to);
        if (of.paid == payment_state::captured) of.paid = payment_state::refunded;
        if (of.plain_units > 0) stock.general.give_back(of.plain_units);
        if (of.sale_units == 0) return;
        buyers[of.buyer] -= of.sale_units;
        stock.sale.give_back(of.sale_units);
        if (closed) stock.move_to_general(of.sale_units, actor);
    }

    std::int64_t limit_;
};

}  // namespace market::order::testing
