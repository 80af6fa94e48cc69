#pragma once
/// Structured log lines on stderr. Thread-safe. Callers never pass a password, code, token or
/// address.
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace market::log {

enum class level { trace, debug, info, warning, error, off };
enum class format { text, json };

using value = std::variant<std::int64_t, double, std::string>;
using field = std::pair<std::string_view, value>;

/// Call once, before threads start. Until then: level info, format text.
void configure(level threshold, format style);

/// Whether an entry of this severity is written. Ask before making fields that cost something.
bool enabled(level severity);

/// `event` is a stable dotted name such as "order.batch_failed". What differs goes into fields.
void write(level severity, std::string_view event, std::initializer_list<field> fields = {});

inline void debug(std::string_view event, std::initializer_list<field> fields = {}) {
    write(level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<field> fields = {}) {
    write(level::info, event, fields);
}
inline void warning(std::string_view event, std::initializer_list<field> fields = {}) {
    write(level::warning, event, fields);
}
inline void error(std::string_view event, std::initializer_list<field> fields = {}) {
    write(level::error, event, fields);
}

}  // namespace market::log
