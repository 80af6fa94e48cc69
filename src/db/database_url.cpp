#include "database_url.hpp"

#include <market/base/text.hpp>

#include <boost/url.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>

namespace market::db {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::string_view mysql_scheme = "mysql:";

failure wrong(std::string detail) { return {errc::validation_failed, std::move(detail)}; }

result<database_address> parse_sqlite(std::string_view path) {
    if (path.empty()) return wrong("the path of the SQLite file is missing: sqlite:PATH");
    // The driver takes the path in double quotes and knows no escape.
    if (has_control_character(path) || path.find('"') != std::string_view::npos) {
        return wrong("the path of the SQLite file holds a quote or a control character");
    }
    if (path.starts_with(":memory:"))
        return wrong("an SQLite database in memory does not keep orders");
    std::error_code failed;
    auto absolute = std::filesystem::absolute(path, failed);
    if (failed) return wrong("the path of the SQLite file cannot be resolved");
    return database_address{sqlite_address{absolute.lexically_normal().string()}};
}

/// The client library would read other characters as options.
bool is_host(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) ||
               std::string_view{".-_:%"}.find(static_cast<char>(c)) != std::string_view::npos;
    });
}

/// `?ssl-ca=FILE&ssl-cert=FILE&ssl-key=FILE`, named as the options of the servers' own clients.
/// Empty: no problem.
std::optional<failure> read_tls_files(const boost::urls::url_view& from, tls_files& into) {
    for (const auto& given : from.params(boost::urls::encoding_opts{})) {  // a + is a +
        std::string* file = nullptr;
        if (given.key == "ssl-ca") file = &into.authority;
        if (given.key == "ssl-cert") file = &into.certificate;
        if (given.key == "ssl-key") file = &into.key;
        // Not named: it may be a part of a password that was not percent-encoded.
        if (!file)
            return wrong(
                "the database URL has a parameter that is not known: it takes ssl-ca, ssl-cert and "
                "ssl-key");
        if (!file->empty()) return wrong("the database URL has two of " + given.key);
        if (has_control_character(given.value))
            return wrong(given.key + " of the database URL holds a control character");
        std::error_code ignored;  // then it is no file
        if (!std::filesystem::is_regular_file(given.value, ignored) || !std::ifstream{given.value})
            return wrong(given.key +
                         " of the database URL is no file that can be read: " + given.value);
        *file = given.value;
    }
    if (into.certificate.empty() != into.key.empty())
        return wrong("the database URL has one of ssl-cert and ssl-key without the other");
    if (into.authority.empty() && !into.certificate.empty())
        return wrong("the database URL has ssl-cert without ssl-ca");
    return std::nullopt;
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
    if (!is_host(out.host)) return wrong("the host of the database URL is no name and no address");
    if (out.user.empty()) return wrong("the database URL has no user");
    if (view.has_port()) {
        const auto port = parse_port(view.port());
        if (!port) return wrong("the port of the database URL is not 1-65535");
        out.port = *port;
    }
    const auto segments = view.segments();
    if (segments.size() != 1 || segments.front().empty()) {
        return wrong(
            "the database URL does not name one database: mysql://user:pass@host:port/database");
    }
    out.database = segments.front();
    if (view.has_fragment()) return wrong("the database URL has a part that is not known");
    if (auto refused = read_tls_files(view, out.tls)) return *std::move(refused);
    for (const auto& part : {out.host, out.user, out.password, out.database}) {
        if (has_control_character(part)) return wrong("the database URL holds a control character");
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
