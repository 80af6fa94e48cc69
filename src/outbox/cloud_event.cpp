#include "cloud_event.hpp"

#include <market/base/json_text.hpp>

#include <algorithm>

namespace market::outbox {

namespace {

void add_text(std::string& line, std::string_view name, std::string_view value) {
    line += ",\"";
    line += name;
    line += "\":";
    append_json_string(line, value);
}

/// For a value that needs no escapes.
void add_plain(std::string& line, std::string_view name, std::string_view value) {
    line += ",\"";
    line += name;
    line += "\":\"";
    line += value;
    line += '"';
}

}  // namespace

void add_cloud_event(std::string& lines, const event& value) {
    lines += R"({"specversion":"1.0","source":"/market","datacontenttype":"application/json")";
    add_plain(lines, "id", to_string(value.ce_id));
    add_plain(lines, "time", format_rfc3339(value.at));
    add_text(lines, "type", value.type);
    add_text(lines, "subject", value.subject);
    if (!value.traceparent.empty()) add_text(lines, "traceparent", value.traceparent);
    lines += ",\"data\":";
    const auto data_at = lines.size();
    lines += value.data;
    // In JSON a line end can only be white space between tokens, so it may become a space.
    std::replace(lines.begin() + static_cast<std::ptrdiff_t>(data_at), lines.end(), '\n', ' ');
    lines += "}\n";
}

}  // namespace market::outbox
