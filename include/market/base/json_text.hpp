#pragma once
/// Writes JSON as text. On the purchase path a tree of values would cost more than the rest of
/// drafting an order.
#include <market/base/money.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace market {

/// Appends `text` (UTF-8) as a JSON string, quotes included (RFC 8259 section 7).
void append_json_string(std::string& out, std::string_view text);

/// Appends JSON piece by piece. The caller writes what stands between the values, with raw().
/// Not thread-safe.
class json_text {
public:
    json_text& raw(std::string_view text) {
        out_ += text;
        return *this;
    }
    json_text& number(std::int64_t value) {
        out_ += std::to_string(value);
        return *this;
    }
    json_text& string(std::string_view text) {
        append_json_string(out_, text);
        return *this;
    }
    json_text& string_or_null(const std::optional<std::string>& text) {
        return text ? string(*text) : raw("null");
    }
    json_text& money(market::money amount, std::string_view currency) {
        raw("{\"amount\":").number(amount.minor_units);
        return raw(",\"currency\":").string(currency).raw("}");
    }
    void reserve(std::size_t bytes) { out_.reserve(bytes); }
    std::string take() { return std::move(out_); }

private:
    std::string out_;
};

}  // namespace market
