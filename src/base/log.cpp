#include <market/base/clock.hpp>
#include <market/base/log.hpp>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <boost/json.hpp>

#include <atomic>
#include <charconv>

namespace market::log {
namespace {

std::atomic<format> chosen_format{format::text};

spdlog::level::level_enum spdlog_level(level severity) {
    switch (severity) {
        case level::trace: return spdlog::level::trace;
        case level::debug: return spdlog::level::debug;
        case level::info: return spdlog::level::info;
        case level::warning: return spdlog::level::warn;
        case level::error: return spdlog::level::err;
        case level::off: return spdlog::level::off;
    }
    return spdlog::level::info;
}

std::string_view name_of(level severity) {
    switch (severity) {
        case level::trace: return "trace";
        case level::debug: return "debug";
        case level::info: return "info";
        case level::warning: return "warning";
        case level::error: return "error";
        case level::off: return "off";
    }
    return "info";
}

/// One sink with a lock. Lines are complete here, so the pattern is the line alone.
spdlog::logger& output() {
    static spdlog::logger logger = [] {
        spdlog::logger made{"market", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
        made.set_pattern("%v");
        made.set_level(spdlog::level::info);
        return made;
    }();
    return logger;
}

std::string in_quotes(std::string_view text) {
    return boost::json::serialize(boost::json::string_view{text});
}

/// Quotes a value that could look like several values or several lines.
bool is_plain(std::string_view text) {
    if (text.empty()) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
    });
}

std::string shortest(double number) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    return {text, end};
}

std::string text_of(const value& content) {
    if (const auto* integer = std::get_if<std::int64_t>(&content)) return std::to_string(*integer);
    if (const auto* number = std::get_if<double>(&content)) return shortest(*number);
    const auto& text = std::get<std::string>(content);
    return is_plain(text) ? text : in_quotes(text);
}

boost::json::value json_of(const value& content) {
    return std::visit([](const auto& held) { return boost::json::value(held); }, content);
}

std::string text_line(level severity, std::string_view event, std::initializer_list<field> fields) {
    std::string line = format_rfc3339(system_clock().now());
    line.append(" ").append(name_of(severity)).append(" ").append(event);
    for (const auto& [name, content] : fields) {
        line.append(" ").append(name).append("=").append(text_of(content));
    }
    return line;
}

std::string json_line(level severity, std::string_view event, std::initializer_list<field> fields) {
    boost::json::object line;
    line["time"] = format_rfc3339(system_clock().now());
    line["level"] = boost::json::string_view{name_of(severity)};
    line["event"] = boost::json::string_view{event};
    for (const auto& [name, content] : fields)
        line[boost::json::string_view{name}] = json_of(content);
    return boost::json::serialize(line);
}

}  // namespace

void configure(level threshold, format style) {
    chosen_format = style;
    output().set_level(spdlog_level(threshold));
}

bool enabled(level severity) { return output().should_log(spdlog_level(severity)); }

void write(level severity, std::string_view event, std::initializer_list<field> fields) {
    if (!enabled(severity)) return;
    const auto at = spdlog_level(severity);
    const bool json = chosen_format == format::json;
    // As an argument, never as the format: a brace in a value is not a placeholder.
    output().log(at, "{}",
                 json ? json_line(severity, event, fields) : text_line(severity, event, fields));
}

}  // namespace market::log
