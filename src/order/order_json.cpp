#include <market/order/order.hpp>

#include <boost/json.hpp>

namespace market::order {

namespace json = boost::json;

namespace {

json::object money_json(money amount, std::string_view currency) {
    return {{"amount", amount.minor_units}, {"currency", currency}};
}

template <class Value>
json::value or_null(const std::optional<Value>& value) {
    if (value) return json::value_from(*value);
    return nullptr;
}

json::object line_json(const line& of, std::string_view currency) {
    json::value sale = nullptr;
    if (of.sale) sale = to_string(*of.sale);
    return {
        {"product_id", to_string(of.product)},
        {"sale_id", std::move(sale)},
        {"product_name", of.product_name},
        {"quantity", of.quantity},
        {"unit_price", money_json(of.unit_price, currency)},
        {"admission_seq", or_null(of.admission_seq)},
    };
}

json::value delivery_json(const std::optional<delivery>& of) {
    if (!of) return nullptr;
    json::array history;
    for (const auto& step : of->history)
        history.push_back(json::object{{"state", step.state}, {"at", format_rfc3339(step.at)}});
    return json::object{
        {"state", of->state},
        {"carrier", or_null(of->carrier)},
        {"tracking", or_null(of->tracking)},
        {"history", std::move(history)},
    };
}

}  // namespace

std::string_view to_string(order_state state) {
    switch (state) {
        case order_state::confirmed: return "confirmed";
        case order_state::cancelled: return "cancelled";
    }
    return "";
}

std::string to_json(const order& value, std::string_view currency) {
    json::array lines;
    lines.reserve(value.lines.size());
    for (const auto& each : value.lines) lines.push_back(line_json(each, currency));
    const json::object out{
        {"id", to_string(value.id)},
        {"user_id", to_string(value.user)},
        {"state", to_string(value.state)},
        {"lines", std::move(lines)},
        {"total", money_json(value.total, currency)},
        {"address", json::object{{"state", value.address.state},
                                 {"city", value.address.city},
                                 {"zipcode", value.address.zipcode},
                                 {"street", value.address.street}}},
        {"placed_at", format_rfc3339(value.placed_at)},
        {"expires_at", nullptr},
        {"payment", nullptr},
        {"delivery", delivery_json(value.delivery)},
    };
    return json::serialize(out);
}

}  // namespace market::order
