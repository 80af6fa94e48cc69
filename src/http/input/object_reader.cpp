#include "input/object_reader.hpp"

#include "input/json_pointer.hpp"

#include <algorithm>
#include <array>

namespace market::http {
object_reader::object_reader(const boost::json::value& value, std::string at, input_errors& errors)
    : object_(value.if_object()), at_(std::move(at)), errors_(errors) {
    if (!object_) errors_.add(culprit::place::pointer, at_, "type", "must be an object");
}

bool object_reader::has(std::string_view name) const {
    return object_ && object_->if_contains(name);
}

bool object_reader::is_null(std::string_view name) {
    const auto* value = object_ ? object_->if_contains(name) : nullptr;
    if (!value || !value->is_null()) return false;
    read_.push_back(name);
    return true;
}

const boost::json::value* object_reader::member(std::string_view name) {
    read_.push_back(name);
    return object_ ? object_->if_contains(name) : nullptr;
}

const boost::json::value* object_reader::required(std::string_view name) {
    const auto* value = member(name);
    if (!value) fault(name, "required", "is missing");
    return value;
}

void object_reader::fault(std::string_view name, const char* code, std::string detail) {
    if (!object_) return;  // the constructor has added a fault
    errors_.add(culprit::place::pointer, pointer_to(at_, name), code, std::move(detail));
}

std::string object_reader::checked_text(std::string_view name, const boost::json::value& value,
                                        const text_rule& rule) {
    const auto* text = value.if_string();
    if (!text) {
        fault(name, "type", "must be a string");
        return {};
    }
    const std::string_view content(text->data(), text->size());
    if (const auto wrong = check_text(content, rule); wrong.code) {
        fault(name, wrong.code, wrong.detail);
        return {};
    }
    return std::string(content);
}

std::string object_reader::text(std::string_view name, const text_rule& rule) {
    const auto* value = required(name);
    return value ? checked_text(name, *value, rule) : std::string{};
}

std::optional<std::string> object_reader::optional_text(std::string_view name,
                                                        const text_rule& rule) {
    const auto* value = member(name);
    if (!value) return std::nullopt;
    return checked_text(name, *value, rule);
}

std::int64_t object_reader::integer(std::string_view name, std::int64_t min, std::int64_t max) {
    const auto* value = required(name);
    if (!value) return min;
    const auto range = [&] {
        return "must be from " + std::to_string(min) + " to " + std::to_string(max);
    };
    if (const auto* number = value->if_int64()) {
        if (*number >= min && *number <= max) return *number;
        fault(name, "range", range());
    } else if (value->is_uint64()) {
        fault(name, "range", range());
    } else {
        fault(name, "type", "must be an integer");
    }
    return min;
}

std::size_t object_reader::choice(std::string_view name,
                                  std::span<const std::string_view> allowed) {
    const auto* value = required(name);
    if (!value) return 0;
    const auto* text = value->if_string();
    if (!text) {
        fault(name, "type", "must be a string");
        return 0;
    }
    const auto found =
        std::find(allowed.begin(), allowed.end(), std::string_view(text->data(), text->size()));
    if (found != allowed.end()) return static_cast<std::size_t>(found - allowed.begin());
    fault(name, "enum", one_of(allowed));
    return 0;
}

instant object_reader::time(std::string_view name) {
    return parse_rfc3339(text(name, time_rule)).value_or(instant{});
}

money object_reader::price(std::string_view name, std::string_view currency) {
    const auto* value = required(name);
    if (!value) return {};
    object_reader in(*value, pointer_to(at_, name), errors_);
    const auto amount = in.integer("amount", 0, price_max);
    const std::array allowed{currency};
    in.choice("currency", allowed);
    in.finish();
    return money{amount};
}

market::address object_reader::address(std::string_view name) {
    const auto* value = required(name);
    if (!value) return {};
    object_reader in(*value, pointer_to(at_, name), errors_);
    market::address out;
    out.state = in.text("state", address_part_rule);
    out.city = in.text("city", address_part_rule);
    out.zipcode = in.text("zipcode", zipcode_rule);
    out.street = in.text("street", address_part_rule);
    in.finish();
    return out;
}

std::optional<market::address> object_reader::optional_address(std::string_view name) {
    if (has(name)) return address(name);
    return std::nullopt;
}

std::span<const boost::json::value> object_reader::array(std::string_view name, std::size_t max) {
    const auto* value = required(name);
    if (!value) return {};
    const auto* elements = value->if_array();
    if (!elements) {
        fault(name, "type", "must be an array");
        return {};
    }
    if (elements->empty() || elements->size() > max) {
        fault(name, "length", "must hold 1 to " + std::to_string(max) + " elements");
        return {};
    }
    return {elements->data(), elements->size()};
}

void object_reader::finish() {
    if (!object_) return;
    for (const auto& entry : *object_) {
        const std::string_view name(entry.key().data(), entry.key().size());
        if (std::find(read_.begin(), read_.end(), name) == read_.end()) {
            fault(name, "unknown", "is not a member of this object");
        }
    }
}

}  // namespace market::http
