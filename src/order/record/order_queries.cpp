#include "record/order_queries.hpp"

#include "record/payment_queries.hpp"

namespace market::order {

using db::sql;

namespace {

void insert_heads(db::transaction& tx, std::span<const order* const> orders,
                  std::span<const purchase_key> keys) {
    db::new_rows rows{
        "orders (id, user_id, state, total, line_count, ship_state, ship_city, "
        "ship_zipcode, ship_street, placed_at, events, rid)",
        12};
    for (std::size_t i = 0; i < orders.size(); ++i) {
        const auto& each = *orders[i];
        const auto& to = each.address;
        rows.add(each.id, each.user, to_string(each.state), each.total, each.lines.size(), to.state,
                 to.city, to.zipcode, to.street, each.placed_at, 1, keys[i]);
    }
    tx.insert(rows);
}

void insert_lines(db::transaction& tx, std::span<const order* const> orders) {
    db::new_rows rows{
        "order_lines (order_id, line_no, product_id, sale_id, product_name, quantity, "
        "unit_price, admission_seq)",
        8};
    for (const auto* each : orders) {
        int number = 0;
        for (const auto& line : each->lines)
            rows.add(each->id, ++number, line.product, line.sale, line.product_name, line.quantity,
                     line.unit_price, line.admission_seq);
    }
    tx.insert(rows);
}

void insert_deliveries(db::transaction& tx, std::span<const order* const> orders) {
    db::new_rows rows{"deliveries (order_id, state, pending_at)", 3};
    for (const auto* each : orders)
        if (each->delivery) rows.add(each->id, std::string_view{"pending"}, each->placed_at);
    tx.insert(rows);
}

order_state parse_state(const std::string& text) {
    for (const auto state : order_states)
        if (text == to_string(state)) return state;
    throw db::error{db::cause::data_error,
                    "an order is in a state that this version does not know"};
}

constexpr db::raw head_columns =
    "SELECT id, user_id, state, total, ship_state, ship_city, ship_zipcode, ship_street, placed_at "
    "FROM orders ";

std::vector<order> read_heads(db::transaction& tx, const sql& text) {
    std::vector<order> out;
    using std::string;
    for (auto& [id, user, state, total, to_state, city, zipcode, street, at] :
         tx.query<order_id, user_id, string, money, string, string, string, string, instant>(
             text)) {
        order each;
        each.id = id;
        each.user = user;
        each.state = parse_state(state);
        each.total = total;
        each.address = {std::move(to_state), std::move(city), std::move(zipcode),
                        std::move(street)};
        each.placed_at = at;
        out.push_back(std::move(each));
    }
    return out;
}

using by_id = std::unordered_map<order_id, order*>;

void read_lines(db::transaction& tx, std::span<const order_id> ids, const by_id& orders) {
    sql text;
    text << "SELECT order_id, product_id, sale_id, product_name, quantity, unit_price, "
            "admission_seq "
            "FROM order_lines WHERE order_id IN ";
    text.list(ids) << " ORDER BY order_id, line_no";
    using maybe_sale = std::optional<sale_id>;
    using maybe_seq = std::optional<std::int64_t>;
    for (auto& [id, product, sale, name, quantity, price, seq] :
         tx.query<order_id, product_id, maybe_sale, std::string, std::int64_t, money, maybe_seq>(
             text))
        orders.at(id)->lines.push_back({product, sale, std::move(name), quantity, price, seq});
}

void read_deliveries(db::transaction& tx, std::span<const order_id> ids, const by_id& orders) {
    using text_or_null = std::optional<std::string>;
    using at_or_null = std::optional<instant>;
    auto rows = tx.query_by<order_id, std::string, text_or_null, text_or_null, instant, at_or_null,
                            at_or_null, at_or_null, at_or_null>(
        "SELECT order_id, state, carrier, tracking, pending_at, preparing_at, shipped_at, "
        "delivered_at, cancelled_at FROM deliveries WHERE order_id",
        ids);
    for (auto& [id, state, carrier, tracking, pending, preparing, shipped, delivered, cancelled] :
         rows) {
        delivery each{
            std::move(state), std::move(carrier), std::move(tracking), {{"pending", pending}}};
        if (preparing) each.history.push_back({"preparing", *preparing});
        if (shipped) each.history.push_back({"shipped", *shipped});
        if (delivered) each.history.push_back({"delivered", *delivered});
        if (cancelled) each.history.push_back({"cancelled", *cancelled});
        orders.at(id)->delivery = std::move(each);
    }
}

payment_state parse_payment_state(const std::string& text) {
    for (const auto state : payment_states)
        if (text == to_string(state)) return state;
    throw db::error{db::cause::data_error, "a payment has a state that is not known"};
}

void read_payments(db::transaction& tx, std::span<const order_id> ids, const by_id& orders) {
    auto rows =
        tx.query_by<order_id, payment_id, std::string, money, std::string, instant, instant>(
            "SELECT order_id, id, state, amount, method, at, expires_at FROM payments "
            "WHERE order_id",
            ids);
    for (auto& [order, id, state, amount, method, at, expires] : rows) {
        auto& whole = *orders.at(order);
        whole.payment = {id, parse_payment_state(state), amount, std::move(method), at};
        if (whole.state == order_state::pending_payment || whole.state == order_state::expired)
            whole.expires_at = expires;
    }
}

/// Few orders come to a return, so the rest is not asked about.
void read_returns(db::transaction& tx, const std::vector<order>& heads, const by_id& orders) {
    std::vector<order_id> ids;
    for (const auto& each : heads)
        if (each.state == order_state::return_requested || each.state == order_state::returned)
            ids.push_back(each.id);
    auto rows = tx.query_by<order_id, std::string>(
        "SELECT order_id, reason FROM order_returns WHERE order_id",
        std::span<const order_id>{ids});
    for (auto& [id, reason] : rows) orders.at(id)->return_reason = std::move(reason);
}

void read_parts(db::transaction& tx, std::vector<order>& orders) {
    if (orders.empty()) return;
    std::vector<order_id> ids;
    by_id index;
    for (auto& each : orders) {
        ids.push_back(each.id);
        index[each.id] = &each;
    }
    read_lines(tx, ids, index);
    read_deliveries(tx, ids, index);
    read_payments(tx, ids, index);
    read_returns(tx, orders, index);
}

/// The column of the time at which a delivery entered the state.
db::raw time_of(order_state entered) {
    switch (entered) {
        case order_state::preparing: return "preparing_at";
        case order_state::shipped: return "shipped_at";
        case order_state::delivered: return "delivered_at";
        case order_state::cancelled: return "cancelled_at";
        case order_state::pending_payment:
        case order_state::confirmed:
        case order_state::return_requested:
        case order_state::returned:
        case order_state::expired: break;
    }
    throw std::logic_error{"no delivery enters this state"};
}

}  // namespace

void insert_orders(db::transaction& tx, std::span<const order* const> orders,
                   std::span<const purchase_key> keys) {
    insert_heads(tx, orders, keys);
    insert_lines(tx, orders);
    insert_deliveries(tx, orders);
    insert_payments(tx, orders);
}

std::vector<order> select_orders(db::transaction& tx, const order_selection& wanted) {
    sql text;
    text << head_columns << "WHERE 1 = 1";
    if (wanted.owner) text << " AND user_id = " << *wanted.owner;
    if (wanted.state) text << " AND state = " << to_string(*wanted.state);
    if (wanted.before) text << " AND id < " << *wanted.before;
    if (wanted.sale)
        text << " AND id IN (SELECT order_id FROM order_lines WHERE sale_id = " << *wanted.sale
             << ")";
    text << " ORDER BY id DESC LIMIT " << wanted.limit;
    auto out = read_heads(tx, text);
    read_parts(tx, out);
    return out;
}

std::optional<order> find_order(db::transaction& tx, order_id id, bool locked) {
    sql text;
    text << head_columns << "WHERE id = " << id;
    if (locked) text << db::for_update(tx.dialect());
    auto found = read_heads(tx, text);
    if (found.empty()) return std::nullopt;
    read_parts(tx, found);
    return std::move(found.front());
}

bool move_order(db::transaction& tx, order_id id, order_state from, order_state to) {
    return tx.execute(sql{} << "UPDATE orders SET state = " << to_string(to)
                            << ", events = events + 1 WHERE id = " << id
                            << " AND state = " << to_string(from)) == 1;
}

void insert_delivery(db::transaction& tx, order_id id, instant at) {
    tx.execute(sql{} << "INSERT INTO deliveries (order_id, state, pending_at) VALUES (" << id
                     << ", 'pending', " << at << ")");
}

void enter_delivery(db::transaction& tx, order_id id, order_state to, instant at) {
    tx.execute(sql{} << "UPDATE deliveries SET state = " << to_string(to) << ", " << time_of(to)
                     << " = " << at << " WHERE order_id = " << id);
}

void set_shipment(db::transaction& tx, order_id id, const std::optional<std::string>& carrier,
                  const std::optional<std::string>& tracking) {
    if (carrier)
        tx.execute(sql{} << "UPDATE deliveries SET carrier = " << *carrier
                         << " WHERE order_id = " << id);
    if (tracking)
        tx.execute(sql{} << "UPDATE deliveries SET tracking = " << *tracking
                         << " WHERE order_id = " << id);
}

std::vector<order_id> resting_deliveries(db::transaction& tx, instant since, std::size_t max) {
    std::vector<order_id> out;
    const auto rows = tx.query<order_id>(
        sql{} << "SELECT order_id FROM deliveries WHERE state IN ('pending', 'preparing', "
                 "'shipped') AND pending_at <= "
              << since << " AND COALESCE(shipped_at, preparing_at, pending_at) <= " << since
              << " LIMIT " << max);
    for (const auto& [id] : rows) out.push_back(id);
    return out;
}

void insert_return(db::transaction& tx, order_id id, const std::string& reason, instant at) {
    tx.execute(sql{} << "INSERT INTO order_returns (order_id, reason, requested_at) VALUES (" << id
                     << ", " << reason << ", " << at << ")");
}

void mark_return_accepted(db::transaction& tx, order_id id, user_id by, instant at) {
    tx.execute(sql{} << "UPDATE order_returns SET accepted_at = " << at << ", accepted_by = " << by
                     << " WHERE order_id = " << id << " AND accepted_at IS NULL");
}

admission_outcome outcome_of_admission(db::transaction& tx, const purchase_key_row* row,
                                       sale_id sale, std::int64_t seq) {
    if (!row || !row->order) return admission_outcome::given_up;
    const auto line = tx.query_one<std::int64_t>(
        sql{} << "SELECT line_no FROM order_lines WHERE sale_id = " << sale
              << " AND admission_seq = " << seq << " AND order_id = " << *row->order);
    return line ? admission_outcome::sold : admission_outcome::given_up;
}

std::int64_t highest_admission(db::transaction& tx, sale_id sale) {
    using maybe_seq = std::optional<std::int64_t>;
    const auto found = tx.query_one<maybe_seq>(
        sql{} << "SELECT MAX(admission_seq) FROM order_lines WHERE sale_id = " << sale);
    return found ? std::get<0>(*found).value_or(0) : 0;
}

}  // namespace market::order
