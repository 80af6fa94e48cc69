#include "setting.hpp"

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
            .doc = "folder of everything that has no place of its own",
            .least = 1,
            .most = 1000},
    setting{.name = "shop.currency",
            .fallback = "KRW",
            .doc = "ISO 4217 code of the shop's one currency",
            .least = 3,
            .most = 3},
    setting{.name = "http.address",
            .fallback = "127.0.0.1",
            .doc = "address to listen on",
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
    setting{.name = "http.cors_origins",
            .fallback = "",
            .doc = "origins of other sites whose pages may call, separated by spaces; * for any",
            .least = 0,
            .most = 2000},
    setting{.name = "database.url",
            .kind = value_kind::url,
            .fallback = "sqlite:{data_dir}/market.db",
            .doc = "the record: sqlite:PATH or mysql://user:password@host:port/database",
            .choices = "sqlite mysql",
            .hidden = secrecy::url_password},
    setting{.name = "gate.url",
            .kind = value_kind::url,
            .fallback = "memory:",
            .doc = "who gets in; memory: serves one server",
            .choices = "memory",
            .not_built = "redis",
            .hidden = secrecy::url_password},
    setting{.name = "events.url",
            .kind = value_kind::url,
            .fallback = "log:{data_dir}/events.jsonl",
            .doc = "where events are published: log:PATH",
            .choices = "log",
            .not_built = "kafka",
            .hidden = secrecy::url_password},
    setting{.name = "mail.url",
            .kind = value_kind::url,
            .fallback = "file:{data_dir}/mail",
            .doc = "file:DIR writes one .eml a mail",
            .choices = "file",
            .not_built = "smtp",
            .hidden = secrecy::url_password},
    setting{.name = "mail.from",
            .fallback = "no-reply@market.invalid",
            .doc = "sender of the mails",
            .least = 3,
            .most = 254},
    setting{.name = "auth.secret",
            .fallback = "",
            .doc = "key of the access tokens, 32 bytes or more; empty in development: made once and"
                   " kept in data_dir/auth.secret",
            .least = 0,
            .most = 4096,
            .hidden = secrecy::whole},
    setting{.name = "payments.mode",
            .kind = value_kind::choice,
            .fallback = "off",
            .doc = "off: orders are confirmed at once",
            .choices = "off",
            .not_built = "sandbox"},
    setting{.name = "writer.batch_orders_max",
            .kind = value_kind::integer,
            .fallback = "512",
            .doc = "orders committed in one transaction at most",
            .least = 1,
            .most = 4096},
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

/// As browsers send it: a scheme and a host, no path.
bool is_origin(const std::string& word) {
    const auto host = word.find("://");
    if (word == "*" || host == std::string::npos) return word == "*";
    return (word.starts_with("http://") || word.starts_with("https://")) &&
           word.size() > host + 3 && word.find('/', host + 3) == std::string::npos;
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
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(value, control)) return "holds a control character";
    if (key.name == "shop.currency" &&
        !std::ranges::all_of(value, [](char c) { return c >= 'A' && c <= 'Z'; })) {
        return "is not an ISO 4217 code of three capital letters";
    }
    if (key.name == "http.cors_origins" && !std::ranges::all_of(words_of(value), is_origin))
        return "is not a list of http:// and https:// origins";
    if (key.name == "auth.secret" && !value.empty() && bytes < 32)
        return "is shorter than 32 bytes";
    return std::nullopt;
}

std::optional<std::string> choice_objection(const setting& key, std::string_view word,
                                            std::string_view after_each) {
    if (has_word(key.choices, word)) return std::nullopt;
    if (has_word(key.not_built, word)) {
        return "is not built yet (" + listed(key.choices, after_each) + ")";
    }
    return "is not one of " + listed(key.choices, after_each);
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
        case value_kind::url: {
            const auto colon = value.find(':');
            if (colon == std::string_view::npos)
                return "is not a URL (" + listed(key.choices, ":") + ")";
            return choice_objection(key, value.substr(0, colon), ":");
        }
    }
    return std::nullopt;
}

std::string shown(const setting& key, std::string_view value) {
    if (key.hidden == secrecy::whole) return value.empty() ? "" : "(hidden)";
    if (key.hidden == secrecy::none) return std::string{value};
    // scheme://user:password@host: the password may itself hold ':' and '@'.
    const auto begin = value.find("://");
    const auto at = value.rfind('@');
    if (begin == std::string_view::npos || at == std::string_view::npos || at < begin) {
        return std::string{value};
    }
    const auto colon = value.find(':', begin + 3);
    if (colon == std::string_view::npos || colon > at) return std::string{value};
    return std::string{value.substr(0, colon + 1)} + "(hidden)" + std::string{value.substr(at)};
}

}  // namespace market::app
