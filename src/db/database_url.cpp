#include "database_url.hpp"

#include <boost/url.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace market::db {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::string_view mysql_scheme = "mysql:";

failure wrong(std::string detail) { return {errc::validation_failed, std::move(detail)}; }

bool has_unwelcome(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

/// The URL library cuts a port that is too great to 16 bits.
bool read_port(std::string_view digits, std::uint16_t& port) {
    const auto* end = digits.data() + digits.size();
    const auto [last, failed] = std::from_chars(digits.data(), end, port);
    return failed == std::errc{} && last == end && port != 0;
}

result<database_address> parse_sqlite(std::string_view path) {
    if (path.empty()) return wrong("the path of the SQLite file is missing: sqlite:PATH");
    // The driver takes the path in double quotes and knows no escape.
    if (has_unwelcome(path) || path.find('"') != std::string_view::npos) {
        return wrong("the path of the SQLite file holds a quote or a control character");
    }
    if (path.starts_with(":memory:"))
        return wrong("an SQLite database in memory does not keep orders");
    std::error_code failed;
    auto absolute = std::filesystem::absolute(path, failed);
    if (failed) return wrong("the path of the SQLite file cannot be resolved");
    return database_address{sqlite_address{absolute.lexically_normal().string()}};
}

result<database_address> parse_mysql(const std::string& url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed)
        return wrong("the database URL is malformed: mysql://user:pass@host:port/database");
    const auto& view = *parsed;
    mysql_address out;
    out.host = view.host_address();
    out.user = view.user();
    out.password = view.password();
    if (out.host.empty()) return wrong("the database URL has no host");
    if (out.user.empty()) return wrong("the database URL has no user");
    if (view.has_port() && !read_port(view.port(), out.port)) {
        return wrong("the port of the database URL is not 1-65535");
    }
    const auto segments = view.segments();
    if (segments.size() != 1 || segments.front().empty()) {
        return wrong(
            "the database URL does not name one database: mysql://user:pass@host:port/database");
    }
    out.database = segments.front();
    if (view.has_query() || view.has_fragment())
        return wrong("the database URL has a part that is not known");
    for (const auto& part : {out.host, out.user, out.password, out.database}) {
        if (has_unwelcome(part)) return wrong("the database URL holds a control character");
    }
    return database_address{std::move(out)};
}

}  // namespace

result<database_address> parse_database_url(const std::string& url) {
    if (url.starts_with(sqlite_scheme))
        return parse_sqlite(std::string_view{url}.substr(sqlite_scheme.size()));
    if (url.starts_with(mysql_scheme)) return parse_mysql(url);
    return wrong("the database URL begins with neither sqlite: nor mysql:");
}

}  // namespace market::db
