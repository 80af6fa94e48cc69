#include "redis_url.hpp"

#include <market/base/text.hpp>

#include <boost/url.hpp>

#include <charconv>
#include <string_view>

namespace market::redis {
namespace {

failure wrong(std::string detail) { return {errc::validation_failed, std::move(detail)}; }

bool read_database(std::string_view digits, int& out) {
    constexpr int database_max = 1'000'000;
    const auto* end = digits.data() + digits.size();
    const auto [last, failed] = std::from_chars(digits.data(), end, out);
    return failed == std::errc{} && last == end && 0 <= out && out <= database_max;
}

constexpr std::string_view form = "redis://[[user]:password@]host[:port][/db]";

result<void> read_login(const boost::urls::url_view& view, server_address& out) {
    if (!view.has_userinfo()) return {};
    out.user = view.user();
    out.password = view.password();
    if (out.password.empty()) return wrong("the Redis URL has a user without a password");
    return {};
}

result<void> read_tcp(const boost::urls::url_view& view, server_address& out) {
    out.host = view.host_address();
    if (out.host.empty()) return wrong("the Redis URL has no host: " + std::string{form});
    if (view.has_port()) {
        const auto port = parse_port(view.port());
        if (!port) return wrong("the port of the Redis URL is not 1-65535");
        out.port = *port;
    }
    if (view.has_query()) return wrong("the Redis URL has a part that is not known");
    const std::string path = view.path();
    const bool names_one = !path.empty() && path != "/";
    // The URL library takes what follows the digits of a port for a path.
    if (names_one && (path[0] != '/' || !read_database(path.substr(1), out.database)))
        return wrong("the database of the Redis URL is no number: " + std::string{form});
    return {};
}

result<void> read_socket(const boost::urls::url_view& view, server_address& out) {
    if (!view.host().empty() || view.has_port())
        return wrong("the Redis URL of a Unix socket has a host: redis+unix:///path");
    out.path = view.path();
    if (out.path.size() < 2 || out.path.front() != '/')
        return wrong("the Redis URL has no absolute path: unix:/path or redis+unix:///path");
    if (!view.has_query()) return {};
    for (const auto parameter : view.params()) {
        if (parameter.key != "db" || !read_database(std::string{parameter.value}, out.database))
            return wrong("the Redis URL of a Unix socket takes ?db=NUMBER and nothing else");
    }
    return {};
}

}  // namespace

std::string server_address::where() const {
    if (!path.empty()) return path;
    const bool ipv6 = host.find(':') != std::string::npos;
    return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

result<server_address> parse_redis_url(const std::string& url) {
    if (url.starts_with("rediss:"))
        return wrong(
            "rediss:// is not supported: the Redis client has no TLS; use redis:// "
            "through a tunnel, or a Unix socket");
    const bool tcp = url.starts_with("redis:");
    if (!tcp && !url.starts_with("unix:") && !url.starts_with("redis+unix:"))
        return wrong("the Redis URL begins with none of redis:, unix: and redis+unix:");
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed) return wrong("the Redis URL is malformed: " + std::string{form});
    if (parsed->has_fragment()) return wrong("the Redis URL has a part that is not known");
    server_address out;
    auto read = read_login(*parsed, out);
    if (read) read = tcp ? read_tcp(*parsed, out) : read_socket(*parsed, out);
    if (!read) return read.error();
    for (const auto& part : {out.host, out.path, out.user, out.password}) {
        if (has_control_character(part)) return wrong("the Redis URL holds a control character");
    }
    return out;
}

}  // namespace market::redis
