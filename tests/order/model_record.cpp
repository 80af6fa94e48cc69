#include "model_record.hpp"

namespace market::order::testing {

std::string words_of(const model& of) {
    std::string out;
    const auto add = [&](auto... parts) { ((out += parts + std::string{" "}), ...); };
    const auto add_pool = [&](const std::string& name, const model_pool& pool) {
        add(name, std::to_string(pool.total), std::to_string(pool.sold), "[" + pool.events + "]");
    };
    add_pool("general", of.stock.general);
    add_pool("sale", of.stock.sale);
    add("of", std::to_string(of.stock.quantity), of.paused ? "paused" : "",
        of.closed ? "closed" : "", "[" + of.sale_events + "]\n");
    for (const auto& [what, units] : of.stock.ledger) add(what, std::to_string(units) + ",");
    out += "\n";
    for (const auto& [buyer, units] : of.buyers)
        add("buyer", std::to_string(buyer), std::to_string(units));
    out += "\n";
    for (const auto& each : of.orders)
        add(std::string{to_string(each.state)}, std::string{to_string(each.paid)}, each.delivery,
            "[" + each.events + "]\n");
    return out;
}

namespace {

std::string gate_words(std::int64_t remaining, std::size_t holds, bool paused, instant starts_at,
                       instant ends_at, const std::map<user_id, std::int64_t>& buyers) {
    auto out = "remaining " + std::to_string(remaining) + " holds " + std::to_string(holds) +
               (paused ? " paused " : " from ") + format_rfc3339(starts_at) + " to " +
               format_rfc3339(ends_at);
    for (const auto& [buyer, units] : buyers)
        if (units > 0) out += " " + to_string(buyer).substr(24) + ":" + std::to_string(units);
    return out;
}

}  // namespace

std::string gate_words_of(life_shop& shop, const model& of) {
    if (of.closed) return "none";
    std::map<user_id, std::int64_t> buyers;
    for (const auto& [number, units] : of.buyers) buyers[shop.buyer(number)] = units;
    return gate_words(of.stock.sale.available(), 0, of.paused, of.starts_at, of.ends_at, buyers);
}

std::string gate_words_of(life_shop& shop, sale_id sale) {
    const auto view = shop.view(sale);
    if (view.state == stock::gate_state::absent) return "none";
    if (view.state == stock::gate_state::frozen) return "frozen";
    const auto inside = shop.run(shop.gate().dump(sale)).value();
    std::map<user_id, std::int64_t> buyers;
    for (const auto& each : inside.buyers) buyers[each.buyer] = each.units;
    return gate_words(view.remaining, inside.holds.size(), view.paused, view.starts_at,
                      view.ends_at, buyers);
}

std::string model_record::words(const model& expected) {
    auto read = [&](db::transaction& tx) -> result<std::string> {
        model seen = expected;
        read_events(tx);
        read_stock(tx, seen);
        read_ledger(tx, seen);
        read_buyers(tx, seen);
        read_orders(tx, seen);
        return words_of(seen);
    };
    return shop_.record().read(read, db::access::snapshot).value();
}

void model_record::read_stock(db::transaction& tx, model& into) {
    const auto read_pool = [&](pool_id id) {
        const auto found = stock::ledger::find(tx, id).value();
        model_pool out{found.total, found.sold};
        out.events = events_["market.stock/" + to_string(id)];
        return out;
    };
    into.stock.general = read_pool(pool_of(product_));
    into.stock.sale = read_pool(pool_of(sale_));
    const auto [quantity, paused, closed] =
        tx.query_one<std::int64_t, bool, bool>(
              db::sql{} << "SELECT quantity, paused, closed_at IS NOT NULL FROM sales WHERE id = "
                        << sale_)
            .value();
    into.stock.quantity = quantity;
    into.paused = paused;
    into.closed = closed;
    into.sale_events = events_["market.sales/" + to_string(sale_)];
}

void model_record::read_ledger(db::transaction& tx, model& into) {
    into.stock.ledger.clear();
    for (const auto& [pool, kind, actor, units] :
         tx.query<pool_id, std::string, std::string, std::int64_t>(
             db::sql{} << "SELECT pool_id, kind, actor, CAST(SUM(delta) AS SIGNED)"
                          " FROM stock_movements WHERE product_id = "
                       << product_ << " GROUP BY pool_id, kind, actor"))
        into.stock.ledger[(pool == pool_of(product_) ? "general " : "sale ") + kind + " " +
                          name_of(actor)] += units;
}

std::string model_record::name_of(const std::string& actor) {
    if (actor == to_string(shop_.admin().id)) return "admin";
    for (std::size_t i = 0; i < people; ++i)
        if (actor == to_string(shop_.buyer(i))) return std::to_string(i);
    return actor;
}

void model_record::read_buyers(db::transaction& tx, model& into) {
    into.buyers.clear();
    for (const auto& [who, units] : tx.query<user_id, std::int64_t>(
             db::sql{} << "SELECT user_id, quantity FROM sale_buyers WHERE sale_id = " << sale_))
        for (std::size_t i = 0; i < people; ++i)
            if (shop_.buyer(i) == who) into.buyers[i] = units;
}

/// `market.order.created.v1` of an order is ` created`.
void model_record::read_events(db::transaction& tx) {
    events_.clear();
    for (const auto& [topic, subject, type] : tx.query<std::string, std::string, std::string>(
             db::sql{} << "SELECT topic, subject, type FROM outbox WHERE id > " << outbox_before_
                       << " ORDER BY id")) {
        const auto name = type.substr(type.find('.', 7) + 1);
        events_[topic + "/" + subject] += " " + name.substr(0, name.size() - 3);
    }
}

void model_record::read_orders(db::transaction& tx, model& into) {
    for (auto& each : into.orders) {
        const auto found = find_order(tx, each.id).value();
        each.state = found.state;
        each.paid = found.payment.value().state;
        each.delivery = found.delivery ? found.delivery->state : "none";
        each.events = events_["market.orders/" + to_string(each.id)];
    }
}

}  // namespace market::order::testing
