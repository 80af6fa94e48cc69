#include "cloud_event.hpp"

#include <boost/json.hpp>

namespace market::outbox {

namespace {

void add_member(std::string& line, std::string_view name, std::string_view value) {
    line += ",\"";
    line += name;
    line += "\":";
    line += boost::json::serialize(boost::json::string_view{value.data(), value.size()});
}

}  // namespace

std::string to_cloud_event(const event& value) {
    std::string line = R"({"specversion":"1.0")";
    line.reserve(value.data.size() + 320);
    add_member(line, "id", to_string(value.ce_id));
    add_member(line, "source", "/market");
    add_member(line, "type", value.type);
    add_member(line, "subject", value.subject);
    add_member(line, "time", format_rfc3339(value.at));
    add_member(line, "datacontenttype", "application/json");
    if (!value.traceparent.empty()) add_member(line, "traceparent", value.traceparent);
    line += ",\"data\":";
    const auto data_at = line.size();
    line += value.data;
    // Between the tokens of JSON a line end is just white space, and inside of them it cannot
    // stand.
    std::replace(line.begin() + static_cast<std::ptrdiff_t>(data_at), line.end(), '\n', ' ');
    line += '}';
    return line;
}

}  // namespace market::outbox
