#include <market/order/order.hpp>
#include <market/order/order_service.hpp>

#include <algorithm>

namespace market::order {

namespace {

/// Appends JSON. Every order is written once and read often, on the purchase path: building a
/// tree of values first would cost more than the rest of the draft.
class json_text {
public:
    explicit json_text(std::string_view currency) : currency_(currency) { out_.reserve(1'024); }

    json_text& raw(std::string_view text) {
        out_ += text;
        return *this;
    }
    json_text& number(std::int64_t value) {
        out_ += std::to_string(value);
        return *this;
    }
    /// UTF-8 in, a JSON string out (RFC 8259 section 7).
    json_text& string(std::string_view text) {
        out_ += '"';
        for (;;) {
            const auto plain = std::find_if(text.begin(), text.end(), needs_escape) - text.begin();
            const auto length = static_cast<std::size_t>(plain);
            out_ += text.substr(0, length);
            if (length == text.size()) break;
            escape(text[length]);
            text.remove_prefix(length + 1);
        }
        out_ += '"';
        return *this;
    }
    json_text& money(market::money amount) {
        return raw("{\"amount\":")
            .number(amount.minor_units)
            .raw(",\"currency\":")
            .string(currency_)
            .raw("}");
    }
    json_text& string_or_null(const std::optional<std::string>& text) {
        return text ? string(*text) : raw("null");
    }
    std::string take() { return std::move(out_); }

private:
    static bool needs_escape(char c) {
        return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
    }

    void escape(char c) {
        if (c == '"' || c == '\\') {
            out_ += '\\';
            out_ += c;
            return;
        }
        constexpr std::string_view digits = "0123456789abcdef";
        const auto code = static_cast<unsigned char>(c);
        out_ += "\\u00";
        out_ += digits[code >> 4U];
        out_ += digits[code & 0xFU];
    }

    std::string_view currency_;
    std::string out_;
};

void write_line(json_text& to, const line& of) {
    to.raw("{\"product_id\":").string(to_string(of.product)).raw(",\"sale_id\":");
    if (of.sale)
        to.string(to_string(*of.sale));
    else
        to.raw("null");
    to.raw(",\"product_name\":").string(of.product_name);
    to.raw(",\"quantity\":").number(of.quantity);
    to.raw(",\"unit_price\":").money(of.unit_price).raw(",\"admission_seq\":");
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

void write_payment(json_text& to, const payment& of) {
    to.raw("{\"id\":").string(to_string(of.id)).raw(",\"state\":").string(to_string(of.state));
    to.raw(",\"amount\":").money(of.amount).raw(",\"method\":").string(of.method);
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
    json_text to{""};
    to.raw("{\"id\":").string(value.id).raw(",\"order_id\":").string(to_string(value.order));
    return to.raw(",\"payment_state\":").string(to_string(value.state)).raw("}").take();
}

std::string to_json(const order& value, std::string_view currency) {
    json_text to{currency};
    to.raw("{\"id\":").string(to_string(value.id));
    to.raw(",\"user_id\":").string(to_string(value.user));
    to.raw(",\"state\":").string(to_string(value.state)).raw(",\"lines\":[");
    bool first = true;
    for (const auto& each : value.lines) {
        if (!first) to.raw(",");
        write_line(to, each);
        first = false;
    }
    to.raw("],\"total\":").money(value.total).raw(",\"address\":");
    write_address(to, value.address);
    to.raw(",\"placed_at\":").string(format_rfc3339(value.placed_at));
    to.raw(",\"expires_at\":");
    if (value.expires_at)
        to.string(format_rfc3339(*value.expires_at));
    else
        to.raw("null");
    to.raw(",\"payment\":");
    if (value.payment)
        write_payment(to, *value.payment);
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
