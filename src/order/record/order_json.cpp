#include <market/base/json_text.hpp>
#include <market/order/order.hpp>
#include <market/order/order_service.hpp>

namespace market::order {

namespace {

void write_line(json_text& to, const line& of, std::string_view currency) {
    to.raw("{\"product_id\":").string(to_string(of.product)).raw(",\"sale_id\":");
    if (of.sale)
        to.string(to_string(*of.sale));
    else
        to.raw("null");
    to.raw(",\"product_name\":").string(of.product_name);
    to.raw(",\"quantity\":").number(of.quantity);
    to.raw(",\"unit_price\":").money(of.unit_price, currency).raw(",\"admission_seq\":");
    if (of.admission_seq)
        to.number(*of.admission_seq);
    else
        to.raw("null");
    to.raw("}");
}

void write_address(json_text& to, const market::address& of) {
    to.raw("{\"state\":").string(of.state).raw(",\"city\":").string(of.city);
    to.raw(",\"zipcode\":").string(of.zipcode).raw(",\"street\":").string(of.street).raw("}");
}

void write_payment(json_text& to, const payment& of, std::string_view currency) {
    to.raw("{\"id\":").string(to_string(of.id)).raw(",\"state\":").string(to_string(of.state));
    to.raw(",\"amount\":").money(of.amount, currency).raw(",\"method\":").string(of.method);
    to.raw(",\"at\":").string(format_rfc3339(of.at)).raw("}");
}

void write_delivery(json_text& to, const delivery& of) {
    to.raw("{\"state\":").string(of.state).raw(",\"carrier\":").string_or_null(of.carrier);
    to.raw(",\"tracking\":").string_or_null(of.tracking).raw(",\"history\":[");
    bool first = true;
    for (const auto& step : of.history) {
        to.raw(first ? "" : ",").raw("{\"state\":").string(step.state);
        to.raw(",\"at\":").string(format_rfc3339(step.at)).raw("}");
        first = false;
    }
    to.raw("]}");
}

}  // namespace

std::string_view to_string(order_state state) {
    switch (state) {
        case order_state::pending_payment: return "pending_payment";
        case order_state::confirmed: return "confirmed";
        case order_state::preparing: return "preparing";
        case order_state::shipped: return "shipped";
        case order_state::delivered: return "delivered";
        case order_state::return_requested: return "return_requested";
        case order_state::returned: return "returned";
        case order_state::cancelled: return "cancelled";
        case order_state::expired: return "expired";
    }
    return "";
}

std::string_view to_string(payment_state state) {
    switch (state) {
        case payment_state::pending: return "pending";
        case payment_state::captured: return "captured";
        case payment_state::declined: return "declined";
        case payment_state::refunded: return "refunded";
    }
    return "";
}

std::string_view to_string(payment_notice::what kind) {
    switch (kind) {
        case payment_notice::what::captured: return "payment.captured";
        case payment_notice::what::declined: return "payment.declined";
    }
    return "";
}

std::string to_json(const payment_receipt& value) {
    json_text to;
    to.raw("{\"id\":").string(value.id).raw(",\"order_id\":").string(to_string(value.order));
    return to.raw(",\"payment_state\":").string(to_string(value.state)).raw("}").take();
}

std::string to_json(const order& value, std::string_view currency) {
    json_text to;
    to.reserve(1'024);
    to.raw("{\"id\":").string(to_string(value.id));
    to.raw(",\"user_id\":").string(to_string(value.user));
    to.raw(",\"state\":").string(to_string(value.state)).raw(",\"lines\":[");
    bool first = true;
    for (const auto& each : value.lines) {
        if (!first) to.raw(",");
        write_line(to, each, currency);
        first = false;
    }
    to.raw("],\"total\":").money(value.total, currency).raw(",\"address\":");
    write_address(to, value.address);
    to.raw(",\"placed_at\":").string(format_rfc3339(value.placed_at));
    to.raw(",\"expires_at\":");
    if (value.expires_at)
        to.string(format_rfc3339(*value.expires_at));
    else
        to.raw("null");
    to.raw(",\"payment\":");
    if (value.payment)
        write_payment(to, *value.payment, currency);
    else
        to.raw("null");
    to.raw(",\"delivery\":");
    if (value.delivery)
        write_delivery(to, *value.delivery);
    else
        to.raw("null");
    if (value.return_reason) to.raw(",\"return_reason\":").string(*value.return_reason);
    return to.raw("}").take();
}

}  // namespace market::order
