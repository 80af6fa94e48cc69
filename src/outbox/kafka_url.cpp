#include "kafka_url.hpp"

#include <market/base/text.hpp>

#include <algorithm>
#include <optional>

namespace market::outbox {

namespace {

constexpr std::string_view scheme = "kafka://";
constexpr std::string_view default_port = "9092";

failure wrong(std::string detail) { return {errc::validation_failed, std::move(detail)}; }

bool is_of(std::string_view text, std::string_view others) {
    return std::ranges::all_of(text, [others](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    });
}

/// A name, an IPv4 address, or an IPv6 address in brackets.
bool is_host(std::string_view host) {
    constexpr std::size_t name_bytes_max = 253;
    if (host.starts_with('['))
        return host.size() > 3 && host.ends_with(']') &&
               is_of(host.substr(1, host.size() - 2), ":.");
    return !host.empty() && host.size() <= name_bytes_max && is_of(host, "-._");
}

std::optional<failure> add_broker(std::string_view text, std::string& list) {
    const auto bracket = text.rfind(']');
    const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const auto host = text.substr(0, colon);
    const auto port = colon == std::string_view::npos ? default_port : text.substr(colon + 1);
    if (!is_host(host)) return wrong("a host of the kafka URL is missing or malformed");
    if (!parse_port(port)) return wrong("a port of the kafka URL is not 1-65535");
    if (!list.empty()) list += ',';
    list.append(host).append(":").append(port);
    return std::nullopt;
}

}  // namespace

result<std::string> brokers_of(const std::string& url) {
    if (!url.starts_with(scheme)) return wrong("kafka: needs a host, as in kafka://host:9092");
    auto rest = std::string_view{url}.substr(scheme.size());
    if (rest.find('@') != std::string_view::npos)
        return wrong("the kafka URL names a user; a broker that asks for one is not supported");
    if (rest.find_first_of("/?#") != std::string_view::npos)
        return wrong("the kafka URL has something behind its hosts: kafka://host:9092,host2:9092");
    std::string list;
    for (;;) {
        const auto comma = rest.find(',');
        if (auto refused = add_broker(rest.substr(0, comma), list)) return *refused;
        if (comma == std::string_view::npos) return list;
        rest.remove_prefix(comma + 1);
    }
}

}  // namespace market::outbox
