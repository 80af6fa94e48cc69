#include "config/setting.hpp"

#include <market/db/database.hpp>
#include <market/http/network.hpp>
#include <market/outbox/publisher.hpp>
#include <market/redis/client.hpp>
#include <market/user/rules.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace market::app {
namespace {

constexpr std::array table{
    setting{.name = "mode",
            .kind = value_kind::choice,
            .fallback = "development",
            .doc = "production refuses missing and weak secrets",
            .choices = "development production"},
    setting{.name = "data_dir",
            .fallback = "./market-data",
            .doc = "folder for the database, events, mail and secret, unless their settings say"
                   " otherwise",
            .least = 1,
            .most = 1000},
    setting{.name = "shop.currency",
            .fallback = "KRW",
            .doc = "ISO 4217 code of the shop's one currency",
            .least = 3,
            .most = 3},
    setting{.name = "http.address",
            .fallback = "127.0.0.1",
            .doc = "IP address to listen on",
            .least = 1,
            .most = 100},
    setting{.name = "http.port",
            .kind = value_kind::integer,
            .fallback = "8080",
            .doc = "port to listen on; 0 takes any free one",
            .least = 0,
            .most = 65535},
    setting{.name = "http.io_threads",
            .kind = value_kind::integer,
            .fallback = "0",
            .doc = "threads that serve connections; 0: one a core",
            .least = 0,
            .most = 256},
    setting{.name = "http.request_deadline_ms",
            .kind = value_kind::integer,
            .fallback = "5000",
            .doc = "milliseconds that a purchase may take before it is answered with 503",
            .least = 100,
            .most = 600'000},
    setting{.name = "http.drain_seconds",
            .kind = value_kind::integer,
            .fallback = "30",
            .doc = "seconds that requests in flight get at SIGTERM",
            .least = 0,
            .most = 3600},
    setting{.name = "http.trusted_proxies",
            .fallback = "",
            .doc = "proxies whose X-Forwarded-For is believed: addresses and blocks such as"
                   " 10.0.0.0/8, separated by spaces",
            .least = 0,
            .most = 4000},
    setting{.name = "http.cors_origins",
            .fallback = "",
            .doc = "origins of other sites whose pages may call, separated by spaces; * for any",
            .least = 0,
            .most = 2000},
    setting{.name = "database.url",
            .kind = value_kind::url,
            .fallback = "sqlite:{data_dir}/market.db",
            .doc = "the record: sqlite:PATH or mysql://user:password@host:port/database, over TLS"
                   " with ?ssl-ca=FILE",
            .choices = "sqlite mysql",
            .hidden = secrecy::url_password},
    setting{.name = "gate.url",
            .kind = value_kind::url,
            .fallback = "memory:",
            .doc = "the gate, which decides who may buy: memory: for one server,"
                   " redis://host:port/db for several",
            .choices = "memory redis redis+unix unix",
            .hidden = secrecy::url_password},
    setting{.name = "events.url",
            .kind = value_kind::url,
            .fallback = "log:{data_dir}/events.jsonl",
            .doc = "where events are published: log:PATH or kafka://host:port[,host:port...]",
            .choices = "log kafka",
            .hidden = secrecy::url_password},
    setting{.name = "mail.url",
            .kind = value_kind::url,
            .fallback = "file:{data_dir}/mail",
            .doc = "file:DIR writes one .eml a mail; smtp://[user:password@]host[:port]",
            .choices = "file smtp",
            .hidden = secrecy::url_password},
    setting{.name = "mail.from",
            .fallback = "no-reply@market.invalid",
            .doc = "sender of the mails",
            .least = 3,
            .most = 254},
    setting{.name = "mail.starttls",
            .kind = value_kind::choice,
            .fallback = "offered",
            .doc = "encryption to the mail host: when offered, or required; with a password it is"
                   " required, except to this machine",
            .choices = "offered required"},
    setting{
        .name = "mail.ca_file",
        .fallback = "",
        .doc = "PEM file of the authorities that may certify the mail host; empty: the system's",
        .least = 0,
        .most = 1000},
    setting{.name = "auth.secret",
            .fallback = "",
            .doc = "key of the access tokens, 32 bytes or more; empty in development: made once and"
                   " kept in data_dir/auth.secret",
            .least = 0,
            .most = 4096,
            .hidden = secrecy::whole},
    setting{
        .name = "auth.previous_secrets",
        .fallback = "",
        .doc = "earlier values of auth.secret, separated by spaces: what they signed stays valid",
        .least = 0,
        .most = 16384,
        .hidden = secrecy::whole},
    setting{.name = "throttle.login_account",
            .kind = value_kind::integer,
            .fallback = "10",
            .doc = "failed logins of one account in 15 minutes; 0: no limit",
            .least = 0,
            .most = 10'000},
    setting{.name = "throttle.login_client",
            .kind = value_kind::integer,
            .fallback = "100",
            .doc = "failed logins from one client in 15 minutes; 0: no limit",
            .least = 0,
            .most = 10'000},
    setting{.name = "throttle.codes_address",
            .kind = value_kind::integer,
            .fallback = "5",
            .doc = "codes mailed to one address in an hour; 0: no limit",
            .least = 0,
            .most = 10'000},
    setting{.name = "throttle.codes_client",
            .kind = value_kind::integer,
            .fallback = "100",
            .doc = "codes asked for by one client in an hour; 0: no limit",
            .least = 0,
            .most = 10'000},
    setting{.name = "throttle.email_check_client",
            .kind = value_kind::integer,
            .fallback = "120",
            .doc = "addresses looked up by one client in a minute; 0: no limit",
            .least = 0,
            .most = 10'000},
    setting{.name = "throttle.refresh_session",
            .kind = value_kind::integer,
            .fallback = "60",
            .doc = "refreshes of one session in an hour; 0: no limit",
            .least = 0,
            .most = 10'000},
    setting{.name = "payments.mode",
            .kind = value_kind::choice,
            .fallback = "off",
            .doc = "off: orders are confirmed at once; sandbox: orders await a payment, and no"
                   " money moves",
            .choices = "off sandbox"},
    setting{.name = "payments.hold_seconds",
            .kind = value_kind::integer,
            .fallback = "600",
            .doc = "seconds that an order waits for its payment before it expires",
            .least = 1,
            .most = 604'800},
    setting{.name = "payments.webhook_secret",
            .fallback = "",
            .doc = "key of the provider's signatures; empty: its webhooks are refused",
            .least = 0,
            .most = 4096,
            .hidden = secrecy::whole},
    setting{.name = "orders.return_days",
            .kind = value_kind::integer,
            .fallback = "7",
            .doc = "days after the delivery in which a return may be asked for",
            .least = 0,
            .most = 3650},
    setting{.name = "orders.auto_delivery_seconds",
            .kind = value_kind::integer,
            .fallback = "0",
            .doc = "seconds after which a delivery moves on to its next state by itself; 0: never",
            .least = 0,
            .most = 31'536'000},
    setting{.name = "stock.low_at",
            .kind = value_kind::integer,
            .fallback = "10",
            .doc = "units left at which market.stock.low.v1 is sent",
            .least = 0,
            .most = 10'000'000},
    setting{.name = "writer.batch_orders_max",
            .kind = value_kind::integer,
            .fallback = "512",
            .doc = "orders committed in one transaction at most",
            .least = 1,
            .most = 4096},
    setting{.name = "metrics.address",
            .fallback = "127.0.0.1",
            .doc = "IP address of the listener of /metrics",
            .least = 1,
            .most = 100},
    setting{.name = "metrics.port",
            .kind = value_kind::integer,
            .fallback = "9464",
            .doc = "port of /metrics; 0: none",
            .least = 0,
            .most = 65535},
    setting{.name = "log.level",
            .kind = value_kind::choice,
            .fallback = "info",
            .doc = "what is logged on stderr",
            .choices = "trace debug info warning error off"},
    setting{.name = "log.format",
            .kind = value_kind::choice,
            .fallback = "text",
            .doc = "text, or one JSON object a line",
            .choices = "text json"},
};

bool has_word(std::string_view words, std::string_view wanted) {
    return std::ranges::count(words_of(words), wanted) > 0;
}

std::string listed(std::string_view words, std::string_view after_each) {
    std::string out;
    for (const auto& word : words_of(words)) {
        if (!out.empty()) out += ", ";
        out.append(word).append(after_each);
    }
    return out;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// As browsers send it: a scheme and a host, no path.
bool is_origin(const std::string& word) {
    const auto host = word.find("://");
    if (word == "*" || host == std::string::npos) return word == "*";
    return (word.starts_with("http://") || word.starts_with("https://")) &&
           word.size() > host + 3 && word.find('/', host + 3) == std::string::npos;
}

bool is_network(const std::string& word) { return http::network::read(word).has_value(); }

bool is_ip_address(std::string_view text) {
    boost::system::error_code refused;
    boost::asio::ip::make_address(text, refused);
    return !refused;
}

/// `address` or `Name <address>`.
bool is_sender(std::string_view text) {
    const auto open = text.rfind('<');
    if (open == std::string_view::npos) return user::is_email(text);
    return text.ends_with('>') && user::is_email(text.substr(open + 1, text.size() - open - 2));
}

std::optional<std::string> integer_objection(const setting& key, std::string_view value) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc{} && end == value.data() + value.size() && number >= key.least &&
        number <= key.most) {
        return std::nullopt;
    }
    return "is not an integer from " + std::to_string(key.least) + " to " +
           std::to_string(key.most);
}

std::optional<std::string> text_objection(const setting& key, std::string_view value) {
    const auto bytes = static_cast<std::int64_t>(value.size());
    if (bytes < key.least || bytes > key.most) {
        return "is not of " + std::to_string(key.least) + " to " + std::to_string(key.most) +
               " bytes";
    }
    if (std::ranges::any_of(value, is_control)) return "holds a control character";
    if (key.name == "shop.currency" &&
        !std::ranges::all_of(value, [](char c) { return c >= 'A' && c <= 'Z'; })) {
        return "is not an ISO 4217 code of three capital letters";
    }
    if (key.name == "http.cors_origins" && !std::ranges::all_of(words_of(value), is_origin))
        return "is not a list of http:// and https:// origins";
    if (key.name == "http.trusted_proxies" && !std::ranges::all_of(words_of(value), is_network))
        return "is not a list of addresses and blocks such as 10.0.0.0/8";
    if (key.name.ends_with(".address") && !is_ip_address(value))
        return "is not an IP address, such as 127.0.0.1, 0.0.0.0 or ::1";
    if (key.name == "mail.from" && !is_sender(value))
        return "is neither an e-mail address nor Name <address>";
    if (key.name == "auth.secret" && !value.empty() && bytes < 32)
        return "is shorter than 32 bytes";
    const auto is_short = [](const std::string& secret) { return secret.size() < 32; };
    if (key.name == "auth.previous_secrets" && std::ranges::any_of(words_of(value), is_short))
        return "holds a secret that is shorter than 32 bytes";
    return std::nullopt;
}

std::optional<std::string> choice_objection(const setting& key, std::string_view word,
                                            std::string_view after_each) {
    if (has_word(key.choices, word)) return std::nullopt;
    return "is not one of " + listed(key.choices, after_each);
}

/// `rest` is what follows the scheme.
std::optional<std::string> place_objection(const setting& key, std::string_view value,
                                           std::string_view rest) {
    if (key.name == "database.url") {
        if (const auto opened = db::open(std::string{value}); !opened)
            return "is no database: " + opened.error().detail;
    } else if (key.name == "gate.url") {
        if (value.starts_with("memory:"))
            return rest.empty() ? std::optional<std::string>{} : "has something behind memory:";
        if (const auto opened = redis::open(std::string{value}); !opened)
            return "is no gate: " + opened.error().detail;
    } else if (key.name == "events.url") {
        if (const auto made = outbox::make_publisher(std::string{value}); !made)
            return "is no place for events: " + made.error().detail;
    } else {
        return user::mail_url_objection(std::string{value});
    }
    return std::nullopt;
}

std::optional<std::string> url_objection(const setting& key, std::string_view value) {
    const auto colon = value.find(':');
    if (colon == std::string_view::npos) return "is not a URL (" + listed(key.choices, ":") + ")";
    if (std::ranges::any_of(value, is_control)) return "holds a control character";
    if (key.name == "gate.url" && value.starts_with("rediss:"))
        return "wants TLS, which the Redis client library does not speak: use redis:// inside a"
               " private network or tunnel, or a Unix socket";
    if (auto wrong = choice_objection(key, value.substr(0, colon), ":")) return wrong;
    return place_objection(key, value, value.substr(colon + 1));
}

/// A URL without the password of `user:password@`, which may itself hold any character, and
/// without its query.
std::string without_secrets(std::string_view url) {
    constexpr auto none = std::string_view::npos;
    const auto scheme_end = url.find("://");
    const bool is_path =
        scheme_end == none && has_word("sqlite log file memory", url.substr(0, url.find(':')));
    if (is_path) return std::string{url};
    const auto begin = scheme_end == none ? 0 : scheme_end + 3;
    const auto at = url.rfind('@');
    const auto query = url.find_first_of("?#", begin);
    // Either a password that holds a '?', or a query that holds an '@'.
    const bool is_unclear = query != none && at != none && query < at;
    if (is_unclear)
        return std::string{url.substr(0, url.find_first_of(":?#", begin) + 1)} + "(hidden)";
    std::string out{url.substr(0, query)};
    if (query != none) out.append(1, url[query]).append("(hidden)");
    const auto colon = url.find(':', begin);
    if (at != none && colon < at) out.replace(colon + 1, at - colon - 1, "(hidden)");
    return out;
}

std::string spelled(std::string_view name, char between, bool upper) {
    std::string out;
    for (const char c : name) {
        if (c == '.' || c == '_')
            out.push_back(between);
        else
            out.push_back(upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                                : c);
    }
    return out;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto space = text.find(' ');
        if (space != 0) out.emplace_back(text.substr(0, space));
        text = space == std::string_view::npos ? "" : text.substr(space + 1);
    }
    return out;
}

std::span<const setting> all_settings() { return table; }

const setting* find_setting(std::string_view name) {
    const auto found = std::ranges::find(table, name, &setting::name);
    return found == table.end() ? nullptr : &*found;
}

std::string environment_name(const setting& key) {
    return "MARKET_" + spelled(key.name, '_', true);
}
std::string flag_name(const setting& key) { return "--" + spelled(key.name, '-', false); }

std::optional<std::string> objection(const setting& key, std::string_view value) {
    switch (key.kind) {
        case value_kind::integer: return integer_objection(key, value);
        case value_kind::text: return text_objection(key, value);
        case value_kind::choice: return choice_objection(key, value, "");
        case value_kind::url: return url_objection(key, value);
    }
    return std::nullopt;
}

bool is_unknown_place(const setting& key, std::string_view value) {
    const auto colon = value.find(':');
    return key.kind == value_kind::url && colon != std::string_view::npos &&
           !has_word(key.choices, value.substr(0, colon));
}

std::string redacted(const setting& key, std::string_view value) {
    if (key.hidden == secrecy::whole) return value.empty() ? "" : "(hidden)";
    if (key.hidden == secrecy::none) return std::string{value};
    return without_secrets(value);
}

}  // namespace market::app
