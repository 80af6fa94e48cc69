#include "purchase/batch_draft.hpp"

#include "purchase/purchase_rules.hpp"

#include <market/catalog/catalog_record.hpp>
#include <market/outbox/outbox.hpp>
#include <market/stock/ledger.hpp>
#include <market/user/user_record.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace market::order {

namespace {

using verdict = write_answer::verdict;

/// All that the drafts of a batch need to know, read with one query a table.
struct batch_facts {
    std::unordered_map<sale_id, catalog::sale_terms> sales;
    std::unordered_map<product_id, catalog::product_terms> products;
    std::unordered_map<user_id, market::address> addresses;
};

/// Answers the purchases whose keys have rows, and drops them from the batch.
void answer_duplicates(db::transaction& tx, batch& wanted) {
    std::vector<purchase_key> keys;
    for (const auto& each : wanted) keys.push_back(each->what.key);
    std::unordered_map<purchase_key, purchase_key_row> rows;
    for (auto& row : find_keys(tx, keys)) rows.emplace(row.key, std::move(row));
    std::erase_if(wanted, [&](const purchase_ptr& each) {
        const auto row = rows.find(each->what.key);
        if (row == rows.end()) return false;
        each->settle({verdict::duplicate, reply_of(row->second, each->what.fingerprint)});
        return true;
    });
}

batch_facts read_batch_facts(db::transaction& tx, const batch& wanted) {
    std::set<sale_id> sales;
    std::set<product_id> products;
    std::set<user_id> users;
    for (const auto& each : wanted) {
        if (!each->what.address) users.insert(each->what.buyer);
        for (const auto& line : each->what.lines) {
            if (const auto* sale = line.sale())
                sales.insert(*sale);
            else
                products.insert(*line.product());
        }
    }
    const auto list = [](const auto& set) { return std::vector(set.begin(), set.end()); };
    batch_facts out;
    if (!sales.empty()) out.sales = catalog::terms_of_sales(tx, list(sales));
    if (!products.empty()) out.products = catalog::terms_of_products(tx, list(products));
    if (!users.empty()) out.addresses = user::addresses_of(tx, list(users));
    return out;
}

struct order_drafter {
    const batch_facts& known;
    instant now;
    std::optional<std::chrono::seconds> payment_hold;

    /// A draft, or the answer that it cannot be one.
    std::variant<order_draft, write_answer> draft(const purchase_ptr& wanted) const {
        order_draft out{wanted, {}, {}, {}};
        const auto& from = wanted->what;
        out.order.user = from.buyer;
        out.order.placed_at = now;
        if (auto missing = set_address(out.order, from)) return refused(std::move(*missing));
        for (std::size_t i = 0; i < from.lines.size(); ++i)
            if (!add_line(out, from.lines[i])) return refused(unknown_thing(i, from.lines[i]));
        for (const auto& line : from.lines)
            if (const auto* sale = line.sale(); sale && known.sales.at(*sale).closed)
                return write_answer{verdict::stale};
        if (out.order.total.minor_units > order_total_max)
            return refused(invalid(culprit::place::pointer, "/lines", "range",
                                   "the order's total is above 10^15"));
        out.order.id = make_id<order_id>();
        if (payment_hold)
            await_payment(out.order, *payment_hold);
        else
            out.order.delivery = delivery{"pending", {}, {}, {{"pending", now}}};
        return out;
    }

private:
    std::optional<failure> set_address(order& made, const cart& from) const {
        if (from.address) {
            made.address = *from.address;
            return std::nullopt;
        }
        const auto found = known.addresses.find(from.buyer);
        if (found == known.addresses.end()) return no_address();
        made.address = found->second;
        return std::nullopt;
    }

    static void await_payment(order& made, std::chrono::seconds hold) {
        made.state = order_state::pending_payment;
        made.expires_at = made.placed_at + hold;
        made.payment = payment{make_id<payment_id>(), payment_state::pending, made.total, "card",
                               made.placed_at};
    }

    /// False when there is no such thing.
    bool add_line(order_draft& out, const cart_line& from) const {
        line made{.product = {},
                  .sale = {},
                  .product_name = {},
                  .quantity = from.quantity,
                  .unit_price = {},
                  .admission_seq = {}};
        std::int64_t limit = 0;
        if (const auto* sale = from.sale()) {
            const auto terms = known.sales.find(*sale);
            if (terms == known.sales.end()) return false;
            made.product = terms->second.product;
            made.sale = *sale;
            made.product_name = terms->second.product_name;
            made.unit_price = terms->second.price;
            made.admission_seq = from.seq;
            limit = terms->second.per_user_limit;
        } else {
            const auto terms = known.products.find(*from.product());
            if (terms == known.products.end() || terms->second.retired) return false;
            made.product = *from.product();
            made.product_name = terms->second.name;
            made.unit_price = terms->second.price;
        }
        out.order.total.minor_units += made.unit_price.minor_units * made.quantity;
        out.order.lines.push_back(std::move(made));
        out.limits.push_back(limit);
        return true;
    }
};

void write_keys(db::transaction& tx, const std::vector<order_draft>& drafts) {
    std::vector<new_key> keys;
    keys.reserve(drafts.size());
    for (const auto& each : drafts) {
        const auto& from = each.purchase->what;
        keys.push_back({from.key, from.buyer, from.fingerprint, each.order.id, each.body,
                        each.order.placed_at});
    }
    insert_keys(tx, keys);
}

/// Pools in ascending order, so that two writers never wait for each other in a circle.
bool take_stock(db::transaction& tx, const std::vector<order_draft>& drafts) {
    std::map<std::pair<pool_id, std::int64_t>, std::int64_t> units;
    constexpr std::int64_t no_epoch = 0;
    for (const auto& each : drafts)
        for (const auto& line : each.purchase->what.lines)
            units[{line.pool(), line.epoch}] += line.quantity;
    for (const auto& [pool, count] : units) {
        stock::ledger::pool_take wanted{pool.first, count, {}, drafts.front().order.placed_at};
        if (pool.second != no_epoch) wanted.epoch = pool.second;
        if (!stock::ledger::take(tx, wanted)) return false;
    }
    return true;
}

void count_buyers(db::transaction& tx, const std::vector<order_draft>& drafts) {
    std::map<std::pair<sale_id, user_id>, stock::ledger::buyer_take> takes;
    for (const auto& each : drafts)
        for (std::size_t i = 0; i < each.order.lines.size(); ++i) {
            const auto& line = each.order.lines[i];
            if (!line.sale) continue;
            auto& take = takes[{*line.sale, each.order.user}];
            take = {*line.sale, each.order.user, take.units + line.quantity, each.limits[i]};
        }
    if (takes.empty()) return;
    std::vector<stock::ledger::buyer_take> list;
    for (const auto& [key, take] : takes) list.push_back(take);
    stock::ledger::count_buyers(tx, list);
}

void write_orders(db::transaction& tx, const std::vector<order_draft>& drafts) {
    std::vector<const order*> orders;
    std::vector<purchase_key> keys;
    std::vector<outbox::event> events;
    orders.reserve(drafts.size());
    keys.reserve(drafts.size());
    events.reserve(drafts.size());
    for (const auto& each : drafts) {
        orders.push_back(&each.order);
        keys.push_back(each.purchase->what.key);
        events.push_back({make_id<event_id>(), "market.orders", "market.order.created.v1",
                          to_string(each.order.id), each.order.placed_at, each.body,
                          each.purchase->what.traceparent});
    }
    insert_orders(tx, orders, keys);
    outbox::append(tx, events);
}

}  // namespace

std::vector<order_draft> draft_orders(db::transaction& tx, batch& wanted, instant now,
                                      const std::string& currency,
                                      std::optional<std::chrono::seconds> payment_hold,
                                      bool expects_duplicates) {
    if (expects_duplicates) answer_duplicates(tx, wanted);
    const batch_facts known = read_batch_facts(tx, wanted);
    const order_drafter drafter{known, now, payment_hold};
    std::vector<order_draft> out;
    out.reserve(wanted.size());
    std::erase_if(wanted, [&](const purchase_ptr& each) {
        auto drafted = drafter.draft(each);
        if (auto* answer = std::get_if<write_answer>(&drafted)) {
            each->settle(std::move(*answer));
            return true;
        }
        out.push_back(std::move(std::get<order_draft>(drafted)));
        out.back().body = to_json(out.back().order, currency);
        return false;
    });
    return out;
}

bool write_drafts(db::transaction& tx, const std::vector<order_draft>& drafts) {
    write_keys(tx, drafts);
    if (!take_stock(tx, drafts)) return false;
    count_buyers(tx, drafts);
    write_orders(tx, drafts);
    return true;
}

}  // namespace market::order
