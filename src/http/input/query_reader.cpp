#include "input/query_reader.hpp"

#include <market/base/utf8.hpp>

#include <boost/url/parse_query.hpp>
#include <boost/url/url.hpp>

#include <algorithm>
#include <charconv>

namespace market::http {
namespace {

/// In a query a plus is a space, as in a form.
boost::urls::encoding_opts form_style() {
    boost::urls::encoding_opts options;
    options.space_as_plus = true;
    return options;
}

}  // namespace

query_reader::query_reader(std::string_view query, input_errors& errors) : errors_(errors) {
    if (query.empty()) return;
    const auto parsed = boost::urls::parse_query(query);
    if (!parsed) return;  // does not happen: such a request line was refused before
    for (const auto& one : *parsed) {
        if (one.key.empty() && !one.has_value) continue;  // as in `?&&`, which names nothing
        auto name = one.key.decode(form_style());
        const auto known = std::find_if(parameters_.begin(), parameters_.end(),
                                        [&](const parameter& p) { return p.name == name; });
        if (known == parameters_.end()) {
            parameters_.push_back({std::move(name), one.value.decode(form_style())});
        } else {
            fault(name, "duplicate", "is given more than once");
        }
    }
}

void query_reader::fault(std::string_view name, const char* code, std::string detail) {
    errors_.add(culprit::place::parameter, std::string(name), code, std::move(detail));
}

const std::string* query_reader::find(std::string_view name) {
    for (auto& one : parameters_) {
        if (one.name != name) continue;
        one.is_read = true;
        return &one.value;
    }
    return nullptr;
}

std::optional<std::string> query_reader::text(std::string_view name, const text_rule& rule) {
    const auto* value = find(name);
    if (!value) return std::nullopt;
    if (!is_utf8(*value)) {
        fault(name, "format", "is not UTF-8");
        return std::nullopt;
    }
    if (const auto wrong = check_text(*value, rule); wrong.code) {
        fault(name, wrong.code, wrong.detail);
        return std::nullopt;
    }
    return *value;
}

std::optional<std::size_t> query_reader::choice(std::string_view name,
                                                std::span<const std::string_view> allowed) {
    const auto* value = find(name);
    if (!value) return std::nullopt;
    const auto found = std::find(allowed.begin(), allowed.end(), *value);
    if (found != allowed.end()) return static_cast<std::size_t>(found - allowed.begin());
    fault(name, "enum", one_of(allowed));
    return std::nullopt;
}

int query_reader::limit() {
    int limit = page_size_default;
    if (const auto* value = find("limit")) {
        const char* end = value->data() + value->size();
        const auto [stop, failed] = std::from_chars(value->data(), end, limit);
        if (stop != end || failed == std::errc::invalid_argument) {
            fault("limit", "type", "must be an integer");
        } else if (failed != std::errc{} || limit < 1 || limit > page_size_max) {
            fault("limit", "range", "must be from 1 to " + std::to_string(page_size_max));
        }
    }
    return limit;
}

page_request query_reader::page() {
    const int items_max = limit();
    return {items_max, text("cursor", cursor_rule)};
}

void query_reader::finish() {
    for (const auto& one : parameters_) {
        if (!one.is_read) fault(one.name, "unknown", "is not a parameter of this call");
    }
}

std::string next_page_target(std::string_view path, std::string_view query,
                             std::string_view cursor) {
    boost::urls::url target;
    target.set_encoded_path(path);
    if (!query.empty()) target.set_encoded_query(query);
    target.params().set("cursor", cursor);
    return std::string(target.buffer());
}

}  // namespace market::http
